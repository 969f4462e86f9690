using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>The only fault of the seeds that check L3 for links: one link at a time fails for a while, half of the time one of the leader's.</summary>
internal sealed class OneLinkCut : Fault
{
    private long _cutUntil;

    public override string Name => "one-link-cut";

    public override void Strike(Site world, RandomStream random)
    {
        // The members must have found each other first: a node that never reached the leader is not "healthy and connected".
        if (world.Now < _cutUntil || world.Now < SimTime.Seconds(3))
        {
            return;
        }

        Host first = random.Chance(0.5) ? world.Leader ?? world.Hosts[0] : random.Pick(world.Hosts);
        uint second = (uint)((first.Number + (uint)random.Below(world.Hosts.Count - 1)) % (uint)world.Hosts.Count) + 1;
        long span = Within(world, random.LogMs(50, 5_000));
        _cutUntil = world.Now + span + SimTime.Ms(500);
        CutSet cut = new([first.Number], [second]);
        world.Trace.Line(0, $"cut link {cut} for {SimTime.Text(span)}");
        cut.Apply(world.Network, both: true);
        world.After(span, () => cut.Undo(world.Network, both: true));
    }
}
