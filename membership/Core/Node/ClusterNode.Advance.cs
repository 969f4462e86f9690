using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>What follows from an input: applying what is committed, and this node's duties.</content>
public sealed partial class ClusterNode
{
    /// <summary>Does what follows from an input: takes over the engine's effects, applies what is committed, does this node's duties.</summary>
    private void Advance(MonotonicTime now)
    {
        Drain(now);
        ReplicatedLogStatus status = Log.Status;
        if (status.IsLeader && _leading != status.Term)
        {
            _leading = status.Term;
            _contacts.Reset();
            _supervisor.Reset();
            _acks.Reset();
            _voters.Reset();
        }

        if (status.IsLeader && status.BarrierCommitted && _isMember && State.OpenOperation(_options.Self, Incarnation) is not null)
        {
            // This node is to be fenced (an operator asked for it): only another leader can declare it down and see to that.
            Log.Abdicate(now);
        }

        _timekeeper.Tick(now, Effects);
        _requests.Tick(now, Effects.RaftMessages);
        _holder.Tick(now, Incarnation, _grantor, Own, Effects.Messages);
        _stop.Tick(now, _isMember, KnowsOfQuorum(now), Effects);
        _orders.Tick(now, Incarnation, Effects.FenceOrders);
        _detector.Tick(now, _wallClockMs, Incarnation, Effects.Messages);
        _supervisor.Tick(now, _wallClockMs, Incarnation);
        _features.Tick(now, _wallClockMs);
        _assembly.Tick(now, _wallClockMs, _grantor);
        _acks.Tick(now, _wallClockMs);
        _voters.Tick(now);
        _settingsSteward.Tick(now, _wallClockMs);
        if (!_isMember && !_hasLeft)
        {
            _joiner.Tick(now, Effects.ExitQuestions, SubmitInternal);
        }

        Drain(now);
        _compactor.Tick(now);
        Drain(now);
        NoticePeers();
    }

    /// <summary>A node that hears a leader but gets no lease from it (it is to be fenced) is not without quorum.</summary>
    private bool KnowsOfQuorum(MonotonicTime now)
    {
        ReplicatedLogStatus status = Log.Status;
        return status.IsLeader ? now < status.ConfirmedUntil : now < LeaseDeadline || !status.Leader.IsNone;
    }

    private void NoticePeers()
    {
        if (_peersTold != State.PeersVersion)
        {
            _peersTold = State.PeersVersion;
            Effects.PeersChanged = true;
            if (State.IsRemoved(_options.Self))
            {
                Effects.JoinRefused = $"node {_options.Self} was removed from the cluster, and its number is never used again; "
                    + "to bring this machine back, add it as a new node with an empty data folder";
            }
        }
    }

    private void Drain(MonotonicTime now)
    {
        Log.Flush(now);
        LogEffects effects = Log.Effects;
        while (!effects.IsEmpty)
        {
            Effects.Writes.AddRange(effects.Writes);
            Effects.RaftMessages.AddRange(effects.Messages);
            Effects.SnapshotSaves.AddRange(effects.SnapshotSaves);
            if (effects.Restored is { } snapshot)
            {
                Restore(snapshot, now);
            }

            foreach (LogEntry entry in effects.Committed)
            {
                Apply(entry, now);
            }

            effects.Clear();
        }
    }

    private void Apply(in LogEntry entry, MonotonicTime now)
    {
        _compactor.Applied(entry);
        if (State.Apply(entry, Effects.Events) is not { } applied)
        {
            return;
        }

        _formerLeases.Applied(now);
        NoticeOwnLife();
        (Command command, CommandOutcome outcome) = applied;
        if (outcome.Accepted && command.KindCase == Command.KindOneofCase.FenceAttemptStart)
        {
            FenceAttemptStart start = command.FenceAttemptStart;
            _orders.Committed(new OperationId(start.Operation), start.Attempt, Incarnation);
        }
        else if (outcome.Id == entry.Index.Value && command.KindCase == Command.KindOneofCase.NodeJoin)
        {
            _contacts.Renew(new NodeId(command.NodeJoin.Node), now);
        }

        if (command.Proposer == _options.Self.Value && command.Request != 0)
        {
            Finish(command.Request, outcome, now);
        }
    }

    /// <summary>A request of this node is decided.</summary>
    private void Finish(ulong request, CommandOutcome outcome, MonotonicTime now)
    {
        if (request == _joiner.Request)
        {
            _joiner.Answered(outcome, now);
            Effects.JoinRefused = outcome.Accepted ? Effects.JoinRefused : outcome.Detail;
        }

        (bool found, bool isInternal) = _requests.Complete(request);
        if (found && !isInternal)
        {
            Effects.Outcomes.Add((request, outcome));
        }
    }

    private void NoticeOwnLife()
    {
        NodeRecord? own = Own;
        bool isMine = own is not null && own.Nonce == _joiner.Nonce;
        bool isMember = isMine && own!.State == NodeLifeState.Up;
        if (isMember == _isMember)
        {
            return;
        }

        _isMember = isMember;
        _holder.Reset();
        if (!isMember)
        {
            _hasLeft = isMine && own!.State == NodeLifeState.Left;
            Effects.IncarnationEnded = _hasLeft ? "this node left the cluster"
                : isMine ? $"this node was declared down: {own!.DownReason}"
                : own is null ? "this node was removed from the cluster"
                : $"another life of this node, {own.Incarnation}, has begun";
            _joiner.BeginNewLife();
        }
    }

    private ulong SubmitInternal(Command command) => _requests.Add(command, isInternal: true, _wallClockMs);
}
