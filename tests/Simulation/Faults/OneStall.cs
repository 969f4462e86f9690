using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// The only fault of the seeds that check L3: one process or machine at a time is held up for a while, half of the time the leader's.
/// </summary>
internal sealed class OneStall : Fault
{
    public override string Name => "one-stall";

    public override double Rarity => 0.5;

    public override void Strike(Site world, RandomStream random)
    {
        foreach (Host machine in world.Hosts)
        {
            if (machine.HeldUpUntil >= world.Now)
            {
                return;
            }
        }

        Host victim = random.Chance(0.5) ? world.Leader ?? world.Hosts[0] : random.Pick(world.Hosts);
        long span = Within(world, random.LogMs(20, 3_000));
        if (random.Chance(0.5))
        {
            victim.Pause(span);
        }
        else
        {
            victim.PauseProcess(span);
        }
    }
}
