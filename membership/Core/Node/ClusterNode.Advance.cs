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
        }

        if (status.IsLeader && status.BarrierCommitted && _isMember && State.OpenOperation(_options.Self, _own.Incarnation) is not null)
        {
            // This node is to be fenced (an operator asked for it): only another leader can declare it down and see to that.
            Log.Abdicate(now);
        }

        _requests.Tick(now, Effects.RaftMessages);
        _holder.Tick(now, Incarnation, _grantor, _own, Effects.Messages);
        OrderFences(now);
        _detector.Tick(now, _wallClockMs, Incarnation, Effects.Messages);
        _supervisor.Tick(now, _wallClockMs, Incarnation);
        if (!_isMember && !_hasLeft)
        {
            _joiner.Tick(now, Effects.ExitQuestions, SubmitInternal);
        }

        Drain(now);
    }

    private void Drain(MonotonicTime now)
    {
        Log.Flush(now);
        LogEffects effects = Log.Effects;
        while (!effects.IsEmpty)
        {
            Effects.Writes.AddRange(effects.Writes);
            Effects.RaftMessages.AddRange(effects.Messages);
            foreach (LogEntry entry in effects.Committed)
            {
                Apply(entry, now);
            }

            effects.Clear();
        }
    }

    private void Apply(in LogEntry entry, MonotonicTime now)
    {
        if (State.Apply(entry, Effects.Events) is not { } applied)
        {
            return;
        }

        NoticeOwnLife();
        (Command command, CommandOutcome outcome) = applied;
        if (outcome.Accepted && command.KindCase == Command.KindOneofCase.FenceAttemptStart)
        {
            if (IsForThisProcess(command.FenceAttemptStart))
            {
                _attempts.Add(command.FenceAttemptStart);
            }
        }
        else if (outcome.Id == entry.Index.Value && command.KindCase == Command.KindOneofCase.NodeJoin)
        {
            _contacts.Renew(new NodeId(command.NodeJoin.Node), now);
        }

        if (command.Proposer != _options.Self.Value || command.Request == 0)
        {
            return;
        }

        if (command.Request == _joiner.Request)
        {
            _joiner.Answered(outcome, now);
        }

        (bool found, bool isInternal) = _requests.Complete(command.Request);
        if (found && !isInternal)
        {
            Effects.Outcomes.Add((command.Request, outcome));
        }
    }

    private void NoticeOwnLife()
    {
        bool isMember = _own.State == NodeLifeState.Up && _own.Nonce == _joiner.Nonce;
        if (isMember == _isMember)
        {
            return;
        }

        _isMember = isMember;
        _holder.Reset();
        if (!isMember)
        {
            _hasLeft = _own.State == NodeLifeState.Left;
            Effects.IncarnationEnded = _hasLeft
                ? "this node left the cluster"
                : $"this node was declared down: {_own.DownReason}";
            _joiner.BeginNewLife();
        }
    }

    private bool IsForThisProcess(FenceAttemptStart start)
    {
        // An attempt that names a former life of this node, or a former process of it, was somebody else's: that process is gone.
        bool mine = start.ExecutorIncarnation == 0
            ? start.ExecutorNonce == _options.Nonce
            : _isMember && start.ExecutorIncarnation == _own.Incarnation.Value;
        return mine && start.Executor == _options.Self.Value;
    }

    /// <summary>
    /// Orders the attempts that name this process, once the cluster is known to count on it now. A node that was cut off or stalled reads of its attempt
    /// late: another may have carried it out since, and the target, back in a new life, must not be switched off for what the former one did (L3).
    /// </summary>
    private void OrderFences(MonotonicTime now)
    {
        for (int i = _attempts.Count - 1; i >= 0; i--)
        {
            FenceAttemptStart start = _attempts[i];
            FenceOperation? operation = State.FindOperation(new OperationId(start.Operation));
            if (!IsForThisProcess(start) || operation?.Running?.Number != start.Attempt)
            {
                _attempts.RemoveAt(i);
            }
            else if (start.ExecutorIncarnation == 0 ? _grantor.MayGrant(now) : now < _holder.Deadline)
            {
                _attempts.RemoveAt(i);
                Effects.FenceOrders.Add(new FenceOrder(
                    operation.Id, start.Attempt, operation.NodeName, start.Level, start.Action, _options.Fencing.AttemptDeadline));
            }
        }
    }

    private ulong SubmitInternal(Command command) => _requests.Add(command, isInternal: true, _wallClockMs);
}
