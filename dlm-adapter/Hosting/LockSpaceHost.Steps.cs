using Cluster.Consensus;
using Cluster.Locks.Contract;
using Cluster.Locks.Mastering;
using Cluster.Locks.Mastering.Wire;
using Cluster.Membership;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Hosting;

/// <content>Inputs to the core, and what it wants done.</content>
internal sealed partial class LockSpaceHost
{
    private bool _broken;

    /// <summary>
    /// Makes one input to the core and carries out what it wants. Called under the gate; calls made by the reports that this
    /// gives out only make their input, the outer call carries out. A failure ends the space: the core's state cannot be trusted
    /// any more.
    /// </summary>
    private void Step<TState>(TState state, Action<TState, MonotonicTime> input)
    {
        if (_broken)
        {
            return;
        }

        try
        {
            MonotonicTime now = _options.Clock();
            if (!RefreshLease(now))
            {
                End("the node's incarnation is over: its lease was withdrawn");
                return;
            }

            input(state, now);
            CarryOut();
        }
        catch (Exception e)
        {
            _broken = true;
            LogCoreFailed(e, Name, Id);
            End($"the lock manager failed inside: {e.Message}");
        }
    }

    /// <summary>
    /// Hands a renewed lease to the core. False when the lease that the core has was withdrawn: it has not run out, and yet it is
    /// not held.
    /// </summary>
    private bool RefreshLease(MonotonicTime now)
    {
        MonotonicTime deadline = _lease.Deadline;
        if (_lease.IsHeld)
        {
            if (deadline > _leaseGiven)
            {
                _leaseGiven = deadline;
                _core.SetLease(deadline, now);
            }

            return true;
        }

        // Not held because time has passed: then the clock is beyond every deadline that was ever given. Otherwise it was
        // withdrawn.
        return _leaseGiven <= _options.Clock();
    }

    private void CarryOut()
    {
        if (_carryingOut || _core.Effects.IsEmpty)
        {
            return;
        }

        LockSpaceEffects effects = _core.Effects;
        _carryingOut = true;
        try
        {
            int completions = 0, notices = 0, messages = 0;
            while (!_ended)
            {
                if (completions < effects.Completions.Count)
                {
                    Complete(effects.Completions[completions++]);
                }
                else if (notices < effects.BlockingNotices.Count)
                {
                    Tell(effects.BlockingNotices[notices++]);
                }
                else if (messages < effects.Messages.Count)
                {
                    OutgoingMessage message = effects.Messages[messages++];
                    _port.TrySend(message.To, LockMessageCodec.Encode(message.Message));
                }
                else
                {
                    break;
                }
            }

            foreach (Generation generation in effects.Recovered)
            {
                _counters.Recoveries++;
                _recovered.Writer.TryWrite(generation);
            }

            effects.Clear();
        }
        finally
        {
            _carryingOut = false;
        }
    }

    private void Complete(LockCompletion completion)
    {
        if (!_locks.TryGetValue(completion.Id, out HostedLock? asked))
        {
            return;
        }

        bool isAbandoned = asked.State == HostedLockState.Abandoned;
        bool isGranted = completion.Status == LockStatus.Granted;
        bool exists = isGranted || (asked.Held is not null && completion.Status != LockStatus.Lost);
        _counters.Count(isGranted, isNew: asked.Held is null);
        if (!exists)
        {
            asked.State = HostedLockState.Gone;
            _locks.Remove(completion.Id);
        }
        else
        {
            asked.Held = new LockGrant(completion.Mode, completion.Token, completion.Demoted);
            asked.State = HostedLockState.Held;
        }

        if (!isAbandoned)
        {
            Report(asked, completion.Status);
        }
        else if (exists)
        {
            asked.State = HostedLockState.Gone;
            Unlock(asked, _options.Clock());
        }
    }

    private void Report(HostedLock asked, LockStatus status)
    {
        switch (status)
        {
            case LockStatus.Granted:
                asked.OnGranted(asked.Held!.Value);
                break;
            case LockStatus.Lost:
                End("the core reported a loss");
                break;
            default:
                LockFailure failure = status switch
                {
                    LockStatus.Again => LockFailure.NotAvailable,
                    LockStatus.Deadlock => LockFailure.Deadlock,
                    _ => LockFailure.Canceled,
                };
                asked.OnFailed(failure, "", asked.State == HostedLockState.Held ? asked.Held : null);
                break;
        }
    }

    private void Tell(BlockingNotice notice)
    {
        if (_locks.TryGetValue(notice.Id, out HostedLock? held) && held.State is HostedLockState.Held or HostedLockState.Converting)
        {
            _counters.Notices++;
            held.OnBlocking(notice.BlockedMode);
        }
    }

    private void ConvertInCore(HostedLock held, LockMode mode, LockFlags flags, MonotonicTime now)
    {
        LockCallResult result = _core.Convert(held.Id, mode, flags, now);
        if (result == LockCallResult.Accepted)
        {
            held.State = HostedLockState.Converting;
            _counters.Waiting++;
            return;
        }

        if (result != LockCallResult.InvalidArgument)
        {
            throw new InvalidOperationException($"lock {held.Id} is held and idle, but its conversion was answered {result}");
        }

        _counters.Refused++;
        held.OnFailed(LockFailure.Invalid, $"the flags {flags} do not fit a conversion from {held.Held?.Mode} to {mode}", held.Held);
    }

    private void Unlock(HostedLock held, MonotonicTime now)
    {
        _locks.Remove(held.Id);
        _counters.Held--;
        LockCallResult result = _core.Unlock(held.Id, now);
        if (result != LockCallResult.Accepted)
        {
            throw new InvalidOperationException($"lock {held.Id} is held and idle, but its unlock was answered {result}");
        }
    }

    [LoggerMessage(
        EventId = 4111,
        Level = LogLevel.Critical,
        Message = "Lock space {Space}, member {Member}: the core failed; the space ends here")]
    private partial void LogCoreFailed(Exception exception, string space, MemberId member);

    [LoggerMessage(
        EventId = 4112,
        Level = LogLevel.Information,
        Message = "Lock space {Space}, member {Member} has ended: {Reason}")]
    private partial void LogEnded(string space, MemberId member, string reason);
}
