using Cluster.Membership.Protocol;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// Commands without effect that keep the log busy in some seeds: a membership log is quiet by nature, and errors of replication show only
/// when there is something to replicate.
/// </summary>
internal sealed class Chatter(World world)
{
    private readonly RandomStream _random = world.Stream("chatter");

    public void Start()
    {
        if (world.Plan.ChatterGapMs > 0)
        {
            Next();
        }
    }

    private void Next() => world.After(_random.Ms(0, 2 * world.Plan.ChatterGapMs), () =>
    {
        if (world.Healing)
        {
            return;
        }

        for (int burst = _random.Below(4); burst >= 0; burst--)
        {
            _random.Pick(world.Machines).Daemon?.Submit(
                new Command { GroupAck = new GroupAck { Group = "nobody", Member = _random.Next() >> 32 } },
                static _ => { });
        }

        Next();
    });
}
