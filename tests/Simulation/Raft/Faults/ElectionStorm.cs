using Cluster.Simulation.Faults;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// For a while nobody leads for long, and whoever has just voted is restarted at once: what a voter forgets then, and what two candidates of one term
/// can make of it.
/// </summary>
internal sealed class ElectionStorm : Fault
{
    public override string Name => "election-storm";

    public override double Rarity => 0.5;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        long end = world.Now + Within(world, random.LogMs(300, 3_000));
        world.Checks.Votes.Voted = voter =>
        {
            if (world.Now < end && random.Chance(0.7))
            {
                int life = voter.Life;
                world.After(random.Ms(0, 2), () =>
                {
                    if (voter.Host.Raft is RaftProcess process && process.Life == life)
                    {
                        voter.Host.CrashProcess(random.LogMs(1, 30));
                    }
                });
            }
        };
        Again(world, random, end);
    }

    private static void Again(RaftWorld world, RandomStream random, long end)
    {
        if (world.Now >= end)
        {
            return;
        }

        if (world.Leader is Host leader)
        {
            leader.PauseProcess(Within(world, random.LogMs(50, 500)));
        }

        world.After(random.LogMs(5, 200), () => Again(world, random, end));
    }
}
