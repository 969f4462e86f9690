using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// One machine loses its link to the leader and would like to lead itself; then the leader is cut off with a minority, and perhaps at that very
/// moment the daemons of the voters are started anew. A voter that has forgotten, or does not mind, that it heard the leader a moment ago elects a second
/// leader while the first still counts on it.
/// </summary>
internal sealed class Usurpation : Fault
{
    public override string Name => "usurpation";

    public override void Strike(Site world, RandomStream random)
    {
        if (world.Leader is not Host leader)
        {
            return;
        }

        uint usurper = (uint)((leader.Number + (uint)random.Below(world.Hosts.Count - 1)) % (uint)world.Hosts.Count) + 1;
        CutSet link = new([leader.Number], [usurper]);
        CutSet minority = LeaderCut.Around(world, random, leader.Number, except: usurper);
        world.Trace.Line(0, $"cut link {link}");
        link.Apply(world.Network, both: true);
        long wait = Within(world, random.Ms(150, 800));
        world.After(wait, () =>
        {
            world.Trace.Line(0, $"cut off the leader: {minority}");
            minority.Apply(world.Network, both: true);
            link.Undo(world.Network, both: true);
            bool forget = random.Chance(0.6);
            foreach (uint voter in minority.To)
            {
                if (voter != usurper && forget)
                {
                    world.Host(voter).CrashProcess(random.Ms(1, 40));
                }
            }

            world.After(Within(world, random.Ms(900, 3_000)), () =>
            {
                world.Trace.Line(0, $"mended {minority}");
                minority.Undo(world.Network, both: true);
            });
        });
    }
}
