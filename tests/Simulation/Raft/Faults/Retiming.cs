using Cluster.Consensus;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// The timing of the hosts changes while they run: each becomes more or less patient, in its own time, or misses the change. Now and then the others
/// become impatient at the very moment at which they lose the leader, who has just told how long it may count on them.
/// </summary>
internal sealed class Retiming : Fault
{
    public override string Name => "retiming";

    public override double Rarity => 0.7;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        bool isPatient = random.Chance(0.5);
        foreach (RaftHost host in world.RaftHosts)
        {
            Retime(world, host, random, isPatient || (host.Raft == world.LeadingProcess && random.Chance(0.5)) ? [3, 4] : [0.6, 1, 2, 4]);
        }

        world.After(random.Ms(50, 1_000), () =>
        {
            if (!world.Healing && world.LeadingProcess is RaftProcess leader && random.Chance(0.7))
            {
                LoseLeader(world, random, leader);
            }
        });
        world.After(Within(world, random.Ms(1_000, 5_000)), () =>
        {
            foreach (RaftHost host in world.RaftHosts)
            {
                host.Retime(RaftProcess.TimingOf(world.Plan));
            }
        });
    }

    private static void LoseLeader(RaftWorld world, RandomStream random, RaftProcess leader)
    {
        CutSet cut = new([leader.Host.Number], [.. world.RaftHosts.Where(host => host != leader.Host).Select(host => host.Number)]);
        world.Trace.Line(0, $"patience runs out as the leader is cut off: {cut}");
        cut.Apply(world.Network, both: true);
        foreach (uint other in cut.To)
        {
            Retime(world, world.RaftHosts[(int)other - 1], random, [0.6]);
        }

        world.After(Within(world, random.Ms(300, 2_000)), () => cut.Undo(world.Network, both: true));
    }

    private static void Retime(RaftWorld world, RaftHost host, RandomStream random, double[] factors)
    {
        RaftTiming timing = RaftProcess.TimingOf(world.Plan, random.Pick(factors));
        world.Trace.Line(host.Number, $"patience {timing.ElectionTimeoutMin.TotalMilliseconds} to {timing.ElectionTimeoutMax.TotalMilliseconds} ms");
        host.Retime(timing);
    }
}
