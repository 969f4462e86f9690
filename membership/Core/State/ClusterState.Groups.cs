using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>Groups: nothing of a departed member is given away before it is proven stopped (S3).</content>
public sealed partial class ClusterState
{
    private const int NameLimit = 64;

    private CommandOutcome ApplyGroupJoin(GroupJoin join)
    {
        if (FindNode(new NodeId(join.Node)) is not { } node)
        {
            return UnknownNode(join.Node);
        }

        if (!IsGroupName(join.Group))
        {
            return Refused(OutcomeCode.Malformed, $"a group's name has 1 to {NameLimit} characters of a-z 0-9 . _ -");
        }

        if (join.RequiredEvidence is <= Evidence.None or > Evidence.ObservedOff)
        {
            // A demand beyond the strongest could never be met: the group would wait, and a node of it stay out, for ever.
            return Refused(OutcomeCode.Malformed, $"joining group {join.Group} needs the weakest evidence it accepts; name one that exists");
        }

        if (!Enum.IsDefined(join.LateMember))
        {
            return Refused(OutcomeCode.Malformed, $"joining group {join.Group} names a fate of late members that this release does not know: {join.LateMember:D}");
        }

        if (node.State != NodeLifeState.Up || node.Incarnation.Value != join.Incarnation)
        {
            return Refused(OutcomeCode.Stale, $"life i{join.Incarnation} of {node.Name} is over; join again from its newest life");
        }

        if (RefuseToHold(node) is { } mayNot)
        {
            return mayNot;
        }

        if (!_groups.TryGetValue(join.Group, out GroupRecord? group))
        {
            group = new GroupRecord(join.Group, join.RequiredEvidence);
            _groups.Add(join.Group, group);
        }

        foreach (GroupMemberRecord present in group.MemberMap.Values)
        {
            if (present.Nonce == join.Nonce && present.Member.Node == node.Id)
            {
                return Accepted(present.Member.Id.Value);
            }
        }

        if (group.Phase == GroupPhase.Empty)
        {
            // Nobody is in it and nothing of a departed member is left in it: a demand named by mistake must not stick to the name for ever.
            group.RequiredEvidence = join.RequiredEvidence;
            group.AckDeadline = AckDeadlineOf(join);
            group.LateMember = LateMemberOf(join);
        }
        else if (group.RequiredEvidence != join.RequiredEvidence)
        {
            return Refused(
                OutcomeCode.Conflict,
                $"group {group.Name} demands {Words.Of(group.RequiredEvidence)}, not {Words.Of(join.RequiredEvidence)}; name the same evidence at all members");
        }
        else if (group.AckDeadline != AckDeadlineOf(join) || group.LateMember != LateMemberOf(join))
        {
            return Refused(
                OutcomeCode.Conflict,
                $"members of group {group.Name} have {Words.Deadline(group.AckDeadline, group.LateMember)} to acknowledge, "
                + $"not {Words.Deadline(AckDeadlineOf(join), LateMemberOf(join))}; name the same at all members");
        }

        GroupMember member = new(
            new MemberId(_applying.Value), LowestFreeSlot(group), node.Id, node.Name, node.Incarnation, join.Endpoint);
        group.MemberMap.Add(member.Id, new GroupMemberRecord(member, join.Nonce, join.ProcessId, join.ProcessStart));
        Stop(group, [], $"a member joins on {node.Name}");
        TryStart(group);
        return Accepted(member.Id.Value);
    }

    private CommandOutcome ApplyGroupLeave(GroupLeave leave)
    {
        MemberId id = new(leave.Member);
        GroupRecord? group = FindGroup(leave.Group);
        if (group is null || !group.MemberMap.TryGetValue(id, out GroupMemberRecord? record))
        {
            return (group is null ? null : ApplyFarewell(group, id)) ?? Refused(OutcomeCode.NotFound, $"{id} is not in group {leave.Group}");
        }

        Depart(group, record, clean: true);
        string how = leave.Evidence == Evidence.ProcessExited ? "ended" : "left";
        Stop(group, [id], $"the member on {record.Member.NodeName} {how}");
        TryStart(group);
        return Accepted();
    }

    private CommandOutcome ApplyGroupAck(GroupAck ack)
    {
        if (FindGroup(ack.Group) is not { } group
            || group.Phase != GroupPhase.Starting
            || group.Generation.Value != ack.Generation
            || !group.MemberMap.TryGetValue(new MemberId(ack.Member), out GroupMemberRecord? record))
        {
            return Refused(OutcomeCode.Stale, $"group {ack.Group} does not wait for m{ack.Member} in generation {ack.Generation}");
        }

        record.Acknowledged = group.Generation;
        foreach (GroupMemberRecord member in group.MemberMap.Values)
        {
            if (member.Acknowledged != group.Generation)
            {
                return Accepted();
            }
        }

        group.Phase = GroupPhase.Ready;
        Emit(new ClusterEvent { GroupReady = new GroupReadyEvent { Group = group.Name, Generation = group.Generation.Value } });
        return Accepted();
    }

    // Builds of before know nothing of deadlines: until all nodes have a later one, what a join says of them counts nowhere.
    private TimeSpan? AckDeadlineOf(GroupJoin join) =>
        join.AckDeadlineMs == 0 || FeatureLevel < FeatureLevels.Membership ? null : TimeSpan.FromMilliseconds(join.AckDeadlineMs);

    private LateMember LateMemberOf(GroupJoin join) => FeatureLevel < FeatureLevels.Membership ? LateMember.Unspecified : join.LateMember;

    private void StopGroupsOf(NodeRecord node)
    {
        foreach (GroupRecord group in _groups.Values)
        {
            List<MemberId> departed = [];
            foreach (GroupMemberRecord record in group.MemberMap.Values)
            {
                if (record.Member.Node == node.Id)
                {
                    departed.Add(record.Member.Id);
                }
            }

            foreach (MemberId id in departed)
            {
                Depart(group, group.MemberMap[id], clean: false);
            }

            if (departed.Count > 0)
            {
                Stop(group, departed, $"{node.Name} is down");
                TryStart(group);
            }
        }
    }

    /// <summary>Marks the departed members of a node as proven stopped where the evidence is enough, and starts what waited for it.</summary>
    private void ClearDepartedOf(NodeRecord node)
    {
        foreach (GroupRecord group in _groups.Values)
        {
            if (node.Evidence < group.RequiredEvidence)
            {
                continue;
            }

            List<MemberId> clean = [];
            foreach (DepartedMember departed in group.DepartedMap.Values)
            {
                if (departed.Member.Node == node.Id && departed.Member.Incarnation == node.Incarnation)
                {
                    clean.Add(departed.Member.Id);
                }
            }

            foreach (MemberId id in clean)
            {
                group.DepartedMap[id] = group.DepartedMap[id] with { Clean = true };
            }

            TryStart(group);
        }
    }

    private bool AnybodyWaitsFor(NodeRecord node)
    {
        foreach (GroupRecord group in _groups.Values)
        {
            foreach (DepartedMember departed in group.DepartedMap.Values)
            {
                if (!departed.Clean && departed.Member.Node == node.Id)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static void Depart(GroupRecord group, GroupMemberRecord record, bool clean)
    {
        group.MemberMap.Remove(record.Member.Id);
        group.DepartedMap.Add(
            record.Member.Id, new DepartedMember(record.Member, clean, record.ProcessId, record.ProcessStart));
    }

    private void Stop(GroupRecord group, List<MemberId> departed, string reason)
    {
        // A group nobody was in has no generation to stop; one that is stopped hears of further departures all the same.
        if (group.Phase == GroupPhase.Empty || (group.Phase == GroupPhase.Stopped && departed.Count == 0))
        {
            group.Phase = GroupPhase.Stopped;
            return;
        }

        group.Phase = GroupPhase.Stopped;
        GroupStopEvent stop = new() { Group = group.Name, Generation = group.Generation.Value, Reason = reason };
        foreach (MemberId id in departed)
        {
            stop.Departed.Add(id.Value);
        }

        Emit(new ClusterEvent { GroupStop = stop });
    }

    private void TryStart(GroupRecord group)
    {
        if (group.Phase != GroupPhase.Stopped)
        {
            return;
        }

        if (!_mutations.HasFlag(MembershipMutations.RestartGroupBeforeEvidence))
        {
            foreach (DepartedMember departed in group.DepartedMap.Values)
            {
                if (!departed.Clean)
                {
                    return;
                }
            }
        }

        if (group.MemberMap.Count == 0)
        {
            group.DepartedMap.Clear();
            group.Phase = GroupPhase.Empty;
            return;
        }

        group.Generation = group.Generation.Next;
        group.Phase = GroupPhase.Starting;
        GroupStartEvent start = new() { Group = group.Name, Generation = group.Generation.Value };
        List<GroupMember> bySlot = [];
        foreach (GroupMemberRecord record in group.MemberMap.Values)
        {
            bySlot.Add(record.Member);
        }

        bySlot.Sort(static (left, right) => left.Slot.CompareTo(right.Slot));
        foreach (GroupMember member in bySlot)
        {
            start.Members.Add(SavedForms.Of(member));
        }

        foreach (DepartedMember departed in group.DepartedMap.Values)
        {
            start.Departed.Add(SavedForms.Of(departed.Member));
        }

        group.DepartedMap.Clear();
        Emit(new ClusterEvent { GroupStart = start });
    }

    private static int LowestFreeSlot(GroupRecord group)
    {
        SortedSet<int> taken = [];
        foreach (GroupMemberRecord record in group.MemberMap.Values)
        {
            taken.Add(record.Member.Slot);
        }

        foreach (DepartedMember departed in group.DepartedMap.Values)
        {
            taken.Add(departed.Member.Slot);
        }

        int slot = 0;
        while (taken.Contains(slot))
        {
            slot++;
        }

        return slot;
    }

    private static bool IsGroupName(string name)
    {
        foreach (char c in name)
        {
            if (c is not ((>= 'a' and <= 'z') or (>= '0' and <= '9') or '.' or '_' or '-'))
            {
                return false;
            }
        }

        return name.Length is > 0 and <= NameLimit;
    }
}
