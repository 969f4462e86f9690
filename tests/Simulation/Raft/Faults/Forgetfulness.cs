using Cluster.Consensus;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>
/// One voter loses its link to the leader and asks for votes; at that moment the leader is cut off, and the others are restarted: they have forgotten
/// that they heard it a moment ago, and it still counts on them.
/// </summary>
internal sealed class Forgetfulness : Fault
{
    public override string Name => "forgetfulness";

    public override void Strike(Site site, RandomStream random)
    {
        RaftWorld world = (RaftWorld)site;
        if (world.LeadingProcess is not RaftProcess leader)
        {
            return;
        }

        NodeId usurper = random.Pick<NodeId>(leader.Configuration.Voters);
        if (usurper == leader.Id || world.HostOf(usurper) is not RaftHost host)
        {
            return;
        }

        CutSet link = new([leader.Host.Number], [host.Number]);
        world.Trace.Line(0, $"cut link {link}");
        link.Apply(world.Network, both: true);
        Watch(world, random, leader, host, link, world.Now + SimTime.Seconds(1));
    }

    private static void Watch(RaftWorld world, RandomStream random, RaftProcess leader, RaftHost usurper, CutSet link, long end)
    {
        if (world.Now > end || world.Healing || !leader.Alive || !leader.Log.Status.IsLeader || usurper.Raft is not RaftProcess process)
        {
            link.Undo(world.Network, both: true);
            return;
        }

        bool stands = process.Log.Status.Role == LogRole.PreCandidate;
        if (!stands || process.Log.Status.LastIndex < leader.Log.Status.LastIndex)
        {
            world.After(SimTime.Ms(0.3), () => Watch(world, random, leader, usurper, link, end));
            return;
        }

        CutSet rest = new([leader.Host.Number], [.. world.RaftHosts.Where(host => host != leader.Host && host != usurper).Select(host => host.Number)]);
        world.Trace.Line(0, $"cut off the leader: {rest}");
        rest.Apply(world.Network, both: true);
        foreach (uint other in rest.To)
        {
            world.Host(other).CrashProcess(random.Ms(0.5, 5));
        }

        world.After(Within(world, random.Ms(300, 2_000)), () =>
        {
            rest.Undo(world.Network, both: true);
            link.Undo(world.Network, both: true);
        });
    }
}
