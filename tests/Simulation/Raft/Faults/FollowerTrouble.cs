using Cluster.Simulation.Faults;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// The only fault of steady seeds: one follower at a time is cut off in one direction or both, from the leader or from all, held up, or killed. The leader
/// keeps its majority, and nobody may take its place.
/// </summary>
internal sealed class FollowerTrouble : Fault
{
    public override string Name => "follower-trouble";

    public override double Rarity => 0.3;

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        bool isTime = world.Now > Math.Max(world.TroubledUntil, RaftWorldTimes.Settled);
        if (!isTime || world.LeadingProcess is not RaftProcess { Unsettled: null } process || process.Configuration.Voters.Length < 3)
        {
            return;
        }

        Host leader = process.Host;

        Host victim = random.Pick(world.Hosts);
        if (victim == leader)
        {
            return;
        }

        long span = Within(world, random.LogMs(50, 3_000));
        world.TroubledUntil = world.Now + span + SimTime.Ms(1_500);
        switch (random.Below(5))
        {
            case 4:
                new LostDisk().Strike(world, random);
                world.TroubledUntil += SimTime.Seconds(1);
                break;
            case 0:
                victim.PauseProcess(span);
                break;
            case 1:
                victim.CrashProcess(span);
                break;
            case 2:
                CutOff(world, random, victim, [leader.Number], span);
                break;
            default:
                CutOff(world, random, victim, [.. world.Hosts.Select(host => host.Number).Where(number => number != victim.Number)], span);
                break;
        }
    }

    private static void CutOff(Site world, RandomStream random, Host victim, IReadOnlyList<uint> others, long span)
    {
        CutSet cut = random.Chance(0.5) ? new CutSet([victim.Number], others) : new CutSet(others, [victim.Number]);
        bool both = random.Chance(0.5);
        world.Trace.Line(0, $"cut {(both ? "" : "one way ")}{cut}");
        cut.Apply(world.Network, both);
        world.After(span, () =>
        {
            world.Trace.Line(0, $"mended {cut}");
            cut.Undo(world.Network, both);
        });
    }
}
