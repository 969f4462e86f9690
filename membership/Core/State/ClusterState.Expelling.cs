using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Members that do not acknowledge.</content>
public sealed partial class ClusterState
{
    /// <summary>
    /// Takes a member out that did not acknowledge in time. Nothing is known of its process but that it is slow: it may still act on what it held. So
    /// it counts as departed and not as clean, as if its node were down, and the group waits (S3) until the process gives up by itself or is proven
    /// ended (<see cref="ApplyFarewell"/>), or the node is fenced.
    /// </summary>
    private CommandOutcome ApplyGroupExpel(GroupExpel expel)
    {
        MemberId id = new(expel.Member);
        if (FindGroup(expel.Group) is not { Phase: GroupPhase.Starting } group
            || group.Generation.Value != expel.Generation
            || !group.MemberMap.TryGetValue(id, out GroupMemberRecord? record)
            || record.Acknowledged == group.Generation)
        {
            return Refused(OutcomeCode.Stale, $"group {expel.Group} does not wait for m{expel.Member} in generation {expel.Generation}");
        }

        Depart(group, record, clean: _mutations.HasFlag(MembershipMutations.CountExpelledAsClean));
        Stop(
            group,
            [id],
            $"the member on {record.Member.NodeName} was expelled: it did not acknowledge generation {expel.Generation} within {expel.WaitedMs} ms");
        TryStart(group);
        return Accepted();
    }

    /// <summary>
    /// An expelled member gives up by itself, or its daemon saw its process end. Only the life of the node in which it was a member may say so: once
    /// that is down, its fencing is what counts.
    /// </summary>
    private CommandOutcome? ApplyFarewell(GroupRecord group, MemberId id)
    {
        if (!group.DepartedMap.TryGetValue(id, out DepartedMember? departed)
            || departed.Clean
            || !IsStillUp(departed.Member.Node, departed.Member.Incarnation))
        {
            return null;
        }

        group.DepartedMap[id] = departed with { Clean = true };
        TryStart(group);
        return Accepted();
    }
}
