using Cluster.Consensus;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Checkers;

/// <summary>
/// S3: when a group starts, every process of the generations before that is not a member any more is truly dead, or gave up all and left by its own
/// wish; and where it was lost with its node, the ledger holds evidence as strong as the group demands.
/// </summary>
internal sealed class FenceBeforeRecoverChecker(World world, Facts facts) : Checker(world)
{
    private readonly SortedDictionary<string, List<GroupMemberInfo>> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<ulong, ulong> _lostWithLife = [];
    private readonly SortedDictionary<ulong, Evidence> _evidence = [];
    private (ulong Index, ulong Incarnation) _newestDown;

    public override string Rule => "S3";

    public override void EventSeen(Daemon at, ClusterEvent clusterEvent, bool first)
    {
        if (!first)
        {
            return;
        }

        switch (clusterEvent.KindCase)
        {
            case ClusterEvent.KindOneofCase.NodeDown:
                _newestDown = (clusterEvent.Index, clusterEvent.NodeDown.Incarnation);
                break;
            case ClusterEvent.KindOneofCase.NodeFenced:
                NodeFencedEvent fenced = clusterEvent.NodeFenced;
                Evidence known = _evidence.GetValueOrDefault(fenced.Incarnation);
                _evidence[fenced.Incarnation] = fenced.Evidence > known ? fenced.Evidence : known;
                break;
            case ClusterEvent.KindOneofCase.GroupStop when clusterEvent.Index == _newestDown.Index:
                foreach (ulong member in clusterEvent.GroupStop.Departed)
                {
                    _lostWithLife[member] = _newestDown.Incarnation;
                }

                break;
            case ClusterEvent.KindOneofCase.GroupStart:
                Check(clusterEvent.GroupStart);
                break;
        }
    }

    private void Check(GroupStartEvent start)
    {
        List<GroupMemberInfo> gone = [.. start.Departed];
        foreach (GroupMemberInfo member in _members.GetValueOrDefault(start.Group) ?? [])
        {
            if (!start.Members.Any(present => present.Member == member.Member) && !gone.Any(departed => departed.Member == member.Member))
            {
                gone.Add(member);
            }
        }

        foreach (GroupMemberInfo member in gone)
        {
            ToyLockHolder process = facts.Process(member.Endpoint);
            if (process.Alive && !process.Left)
            {
                Fail(
                    $"group {start.Group} starts generation {start.Generation} without m{member.Member} ({member.Endpoint}), which is alive");
            }

            RequireEvidence(start, member);
        }

        _members[start.Group] = [.. start.Members];
    }

    private void RequireEvidence(GroupStartEvent start, GroupMemberInfo member)
    {
        if (!_lostWithLife.TryGetValue(member.Member, out ulong life))
        {
            return;
        }

        Evidence demanded = World.Plan.RequiredEvidence(start.Group);
        Evidence found = _evidence.GetValueOrDefault(life);
        if (found < demanded)
        {
            Fail(
                $"group {start.Group} starts generation {start.Generation} without m{member.Member} of {new NodeId(member.Node)} on evidence {found}; it demands {demanded}");
        }
    }
}
