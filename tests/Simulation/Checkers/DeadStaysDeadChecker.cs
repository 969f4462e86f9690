using Cluster.Membership.Protocol;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>S5: a life that ended never comes back, and nothing of it is a member again.</summary>
internal sealed class DeadStaysDeadChecker(World world) : Checker(world)
{
    private readonly ulong[] _newest = new ulong[world.Plan.NodeCount + 1];
    private readonly bool[] _isUp = new bool[world.Plan.NodeCount + 1];

    public override string Rule => "S5";

    public override void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
        if (!first)
        {
            return;
        }

        switch (clusterEvent.KindCase)
        {
            case ClusterEvent.KindOneofCase.NodeUp:
                NodeUpEvent up = clusterEvent.NodeUp;
                if (up.Incarnation <= _newest[up.Node] || _isUp[up.Node])
                {
                    Fail($"i{up.Incarnation} of {up.Name} comes up while i{_newest[up.Node]} {(_isUp[up.Node] ? "is up" : "came before")}");
                }

                _newest[up.Node] = up.Incarnation;
                _isUp[up.Node] = true;
                break;
            case ClusterEvent.KindOneofCase.NodeDown:
                End(clusterEvent.NodeDown.Node, clusterEvent.NodeDown.Incarnation, "goes down");
                break;
            case ClusterEvent.KindOneofCase.NodeLeft:
                End(clusterEvent.NodeLeft.Node, clusterEvent.NodeLeft.Incarnation, "leaves");
                break;
            case ClusterEvent.KindOneofCase.GroupStart:
                RequireLiving(clusterEvent.GroupStart);
                break;
        }
    }

    private void End(uint node, ulong incarnation, string what)
    {
        if (!_isUp[node] || _newest[node] != incarnation)
        {
            Fail($"i{incarnation} of n{node} {what}, but it is not up");
        }

        _isUp[node] = false;
    }

    private void RequireLiving(GroupStartEvent start)
    {
        foreach (GroupMemberInfo member in start.Members)
        {
            if (!_isUp[member.Node] || _newest[member.Node] != member.Incarnation)
            {
                Fail($"group {start.Group} starts generation {start.Generation} with m{member.Member} of i{member.Incarnation} of {member.NodeName}, which is over");
            }
        }
    }
}
