using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>The life of nodes.</content>
public sealed partial class ClusterState
{
    /// <summary>
    /// The group members of a node's life about which it is not known that they are gone: present ones, and departed ones that wait for proof.
    /// </summary>
    internal IEnumerable<(GroupRecord Group, MemberId Member, int ProcessId, ulong ProcessStart)> UnprovenMembers(
        NodeId node,
        Incarnation incarnation)
    {
        foreach (GroupRecord group in _groups.Values)
        {
            foreach (GroupMemberRecord record in group.MemberMap.Values)
            {
                if (record.Member.Node == node && record.Member.Incarnation == incarnation)
                {
                    yield return (group, record.Member.Id, record.ProcessId, record.ProcessStart);
                }
            }

            foreach (DepartedMember departed in group.DepartedMap.Values)
            {
                if (!departed.Clean && departed.Member.Node == node && departed.Member.Incarnation == incarnation)
                {
                    yield return (group, departed.Member.Id, departed.ProcessId, departed.ProcessStart);
                }
            }
        }
    }

    private CommandOutcome ApplyNodeJoin(NodeJoin join)
    {
        if (FindNode(new NodeId(join.Node)) is not { } node)
        {
            return UnknownNode(join.Node);
        }

        if (node.Name != join.Name)
        {
            return Refused(
                OutcomeCode.Conflict,
                $"node {node.Id} is configured as {node.Name} but joins as {join.Name}; give all nodes the same configuration");
        }

        if (node.Nonce == join.Nonce && node.Incarnation != Incarnation.None)
        {
            return node.State == NodeLifeState.Up
                ? Accepted(node.Incarnation.Value)
                : Refused(OutcomeCode.Stale, $"this life of {node.Name} ({node.Incarnation}) is over; join with a new nonce");
        }

        if (join.HasReplaces && join.Replaces != node.Incarnation.Value)
        {
            return Refused(
                OutcomeCode.Stale,
                $"{node.Name} asked to follow its life i{join.Replaces}, but {node.Incarnation} began meanwhile; join again");
        }

        uint understands = Math.Max(join.FeatureLevel, FeatureLevels.First);
        if (RefuseTooOld(node, understands) is { } tooOld)
        {
            return tooOld;
        }

        bool unproven = node.State is NodeLifeState.Up or NodeLifeState.Down || AnybodyWaitsFor(node);
        if (unproven && ProveFormerLifeOver(node, join) is { } refusal)
        {
            return refusal;
        }

        // A farewell that was said is over; a node that was only switched off while it was drained stays drained.
        bool wasDraining = node.IsDraining;
        node.IsDraining &= node.State != NodeLifeState.Left;
        node.Incarnation = new Incarnation(_applying.Value);
        node.State = NodeLifeState.Up;
        node.Nonce = join.Nonce;
        node.BootId = join.BootId;
        node.ApiUrl = join.ApiUrl;
        node.FeatureLevel = understands;
        node.DownReason = "";
        node.Evidence = Evidence.None;
        node.ConfirmedBy = "";
        node.ChangedAtUnixMs = _applyingAtUnixMs;
        Epoch = new Epoch(_applying.Value);
        Emit(new ClusterEvent
        {
            NodeUp = new NodeUpEvent
            {
                Node = node.Id.Value,
                Name = node.Name,
                Incarnation = node.Incarnation.Value,
                ApiUrl = node.ApiUrl,
            },
        });
        if (node.IsDraining != wasDraining)
        {
            EmitChanged(node, "cluster");
        }

        ClosePowerOns(node);
        return Accepted(node.Incarnation.Value);
    }

    /// <summary>
    /// A daemon that starts while its former life counts as up or down may join only when nothing of that life can still run: the machine has booted
    /// anew, or every process that was a group member has ended. That is evidence (process-exited); it must be enough for each of the groups concerned.
    /// </summary>
    private CommandOutcome? ProveFormerLifeOver(NodeRecord node, NodeJoin join)
    {
        bool rebooted = node.BootId.Length > 0 && join.BootId.Length > 0 && node.BootId != join.BootId;
        foreach ((GroupRecord group, MemberId member, _, _) in UnprovenMembers(node.Id, node.Incarnation))
        {
            if (!rebooted && !join.ExitedMembers.Contains(member.Value))
            {
                return Refused(
                    OutcomeCode.NotProvenStopped,
                    $"{node.Name} can't join yet: {member} of group {group.Name} in its former life {node.Incarnation} is not proven gone; "
                    + "end that process, or wait until the node is fenced");
            }

            if (Evidence.ProcessExited < group.RequiredEvidence)
            {
                return Refused(
                    OutcomeCode.NotProvenStopped,
                    $"{node.Name} can't join yet: group {group.Name} demands {Words.Of(group.RequiredEvidence)} for its former life {node.Incarnation}; "
                    + "wait until the node is fenced");
            }
        }

        FenceOperation? operation = OpenOperation(node.Id, node.Incarnation);
        FenceAttempt? running = operation?.Running;
        if (running is not null && MayStillAct(running))
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} can't join now: fence operation {operation!.Id} is at work on its former life; it may join when that has ended");
        }

        if (operation is { IsAskedFor: true } && !(rebooted && operation.Kind == FenceKind.Reboot))
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} can't join now: an operator asked to fence it (operation {operation.Id}); "
                + "it may join when that has ended, or when a human has confirmed that it is stopped");
        }

        if (node.State == NodeLifeState.Up)
        {
            MarkDown(node, "its daemon was started anew", 0);
        }

        MarkFenced(node, Evidence.ProcessExited, operation?.Id ?? default, "");
        if (operation is not null)
        {
            if (running is not null)
            {
                // Nobody will ever report it. Waiting for a new executor could be for ever: perhaps nobody is a member until this node is one.
                End(operation, running, false, Evidence.None, "unknown", "the executor was lost before it reported", "", 0);
            }

            Close(operation, "superseded");
        }

        return null;
    }

    /// <summary>
    /// Whether an attempt's executor may have its agent at work. One that leads without being a member has no life here whose end could be seen, so it always may:
    /// were its target let in, it would be switched off a moment later, with a majority that counts on it. It is not waited for in vain: the leader ends or replaces
    /// an attempt that is not reported in time, and while none is at work a node may join.
    /// </summary>
    private bool MayStillAct(FenceAttempt running) =>
        running.ExecutorIncarnation == Incarnation.None
            ? FeatureLevel >= FeatureLevels.Membership
            : IsStillUp(running.Executor, running.ExecutorIncarnation);

    private bool IsStillUp(NodeId node, Incarnation incarnation) =>
        FindNode(node) is { State: NodeLifeState.Up } record && record.Incarnation == incarnation;

    private CommandOutcome ApplyNodeDown(NodeDown down)
    {
        if (FindNode(new NodeId(down.Node)) is not { } node)
        {
            return UnknownNode(down.Node);
        }

        if (node.Incarnation.Value != down.Incarnation || node.State != NodeLifeState.Up)
        {
            return Refused(OutcomeCode.Stale, $"life i{down.Incarnation} of {node.Name} is not up any more");
        }

        MarkDown(node, down.Reason, down.SilentMs);
        if (OpenOperation(node.Id, node.Incarnation) is not null)
        {
            return Accepted();
        }

        if (node.IsArbiter)
        {
            // Nothing can be in flight of one that never held anything, and its lease is over, or the leader would not have proposed this (S2).
            MarkFenced(node, Evidence.LeaseExpired, default, "");
        }
        else if (!node.IsMaintained)
        {
            Open(node, down.FenceKind == FenceKind.Unspecified ? FenceKind.Off : down.FenceKind, down.Reason, "cluster", "");
        }

        return Accepted();
    }

    private CommandOutcome ApplyNodeLeave(NodeLeave leave)
    {
        if (FindNode(new NodeId(leave.Node)) is not { } node)
        {
            return UnknownNode(leave.Node);
        }

        if (node.Incarnation.Value != leave.Incarnation || node.State != NodeLifeState.Up)
        {
            return Refused(OutcomeCode.Stale, $"life i{leave.Incarnation} of {node.Name} is not up any more");
        }

        foreach ((GroupRecord group, MemberId member, _, _) in UnprovenMembers(node.Id, node.Incarnation))
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} can't leave: {member} is still in group {group.Name}; stop the lock managers first");
        }

        if (OpenOperation(node.Id, node.Incarnation) is { } operation)
        {
            return Refused(OutcomeCode.WrongState, $"{node.Name} can't leave: fence operation {operation.Id} is open for it");
        }

        node.State = NodeLifeState.Left;
        node.ChangedAtUnixMs = _applyingAtUnixMs;
        Epoch = new Epoch(_applying.Value);
        Emit(new ClusterEvent
        {
            NodeLeft = new NodeLeftEvent { Node = node.Id.Value, Name = node.Name, Incarnation = node.Incarnation.Value },
        });
        return Accepted();
    }

    private void MarkDown(NodeRecord node, string reason, long silentMs)
    {
        Invariant.Check(node.State == NodeLifeState.Up, "only a node that is up goes down");
        node.State = NodeLifeState.Down;
        node.DownReason = reason;
        node.ChangedAtUnixMs = _applyingAtUnixMs;
        Epoch = new Epoch(_applying.Value);
        Emit(new ClusterEvent
        {
            NodeDown = new NodeDownEvent
            {
                Node = node.Id.Value,
                Name = node.Name,
                Incarnation = node.Incarnation.Value,
                Reason = reason,
                SilentMs = silentMs,
            },
        });
        StopGroupsOf(node);
    }

    private void MarkFenced(NodeRecord node, Evidence evidence, OperationId operation, string who)
    {
        Invariant.Check(node.State is NodeLifeState.Down or NodeLifeState.Fenced, "only a node that is down is fenced");
        Invariant.Check(evidence != Evidence.None, "a node is fenced only with evidence");
        node.State = NodeLifeState.Fenced;
        node.Evidence = evidence > node.Evidence ? evidence : node.Evidence;
        node.ConfirmedBy = who.Length > 0 ? who : node.ConfirmedBy;
        node.ChangedAtUnixMs = _applyingAtUnixMs;
        Emit(new ClusterEvent
        {
            NodeFenced = new NodeFencedEvent
            {
                Node = node.Id.Value,
                Name = node.Name,
                Incarnation = node.Incarnation.Value,
                Evidence = evidence,
                Operation = operation.Value,
                Who = who,
            },
        });
        ClearDepartedOf(node);
    }
}
