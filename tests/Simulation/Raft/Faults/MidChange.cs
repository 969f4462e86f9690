using Cluster.Consensus;
using Cluster.Simulation.Faults;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft.Faults;

/// <summary>At the very moment at which a configuration becomes joint, the leader loses those who have more votes in one half than in the other.</summary>
internal sealed class MidChange : Fault
{
    public override string Name => "mid-change";

    public override double Rarity => 0.3;

    public override void Strike(Site site, RandomStream random) => Watch((RaftWorld)site, random, site.Now + SimTime.Seconds(2));

    private static void Watch(RaftWorld world, RandomStream random, long end)
    {
        if (world.Now > end || world.Healing)
        {
            return;
        }

        if (world.LeadingProcess is not RaftProcess { Configuration.IsJoint: true } leader)
        {
            world.After(SimTime.Ms(0.1), () => Watch(world, random, end));
            return;
        }

        ClusterConfiguration joint = leader.Configuration;
        Func<NodeId, int> one = joint.VotesOf;
        Func<NodeId, int> other = joint.OutgoingVotesOf;
        if (random.Chance(0.3))
        {
            (one, other) = (other, one);
        }

        uint[] lost = [.. joint.Members.Where(node => other(node) > one(node) && node != leader.Id).Select(node => world.HostOf(node)!.Number)];
        CutSet cut = new([leader.Host.Number], lost);
        world.Trace.Line(0, $"cut in the middle of a change: {cut}");
        cut.Apply(world.Network, both: true);
        world.After(Within(world, random.LogMs(50, 1_500)), () => cut.Undo(world.Network, both: true));
    }
}
