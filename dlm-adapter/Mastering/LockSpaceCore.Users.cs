using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>What this member's users ask for.</content>
public sealed partial class LockSpaceCore
{
    private readonly Dictionary<ulong, LocalLock> _locks = [];
    private LocalLock? _firstLock;
    private LocalLock? _lastLock;
    private ulong _lastNumber;

    /// <summary>
    /// A user asks for a new lock. Its completion (<see cref="LockCompletion.Operation"/> 1) may be in <see cref="Effects"/> at
    /// once.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The mode is none of the six, the name is empty, or the flags do not fit a new request.
    /// </exception>
    /// <exception cref="InvalidOperationException">The stay is over.</exception>
    public LockId Request(ResourceName resource, LockMode mode, LockFlags flags, MonotonicTime now)
    {
        if (State == LockSpaceState.Ended)
        {
            throw new InvalidOperationException(
                $"a lock on {resource} was asked for, but this stay in the lock space is over ({_endReason}); join again");
        }

        if (resource == default)
        {
            throw new ArgumentException("a lock was asked for without the name of a resource", nameof(resource));
        }

        if (!LockFlagRules.FitRequest(mode, flags))
        {
            throw new ArgumentException($"a new lock in mode {mode} cannot be asked for with the flags {flags}", nameof(flags));
        }

        Enter(now);
        Route route = UseRoute(resource);
        var asked = new LocalLock(++_lastNumber, route) { Requested = mode, Flags = flags };
        Link(asked);
        if (State == LockSpaceState.Granting)
        {
            Ask(asked);
        }

        return new LockId(Self, asked.Number);
    }

    /// <summary>
    /// A user asks for another mode of a granted lock. Completes like a request, with the next <see
    /// cref="LockCompletion.Operation"/>; until then rely only on <see cref="LockCompatibility.WhileConverting"/> (with <see
    /// cref="LockFlags.ConvDeadlk"/>: on nothing).
    /// </summary>
    public LockCallResult Convert(LockId id, LockMode mode, LockFlags flags, MonotonicTime now)
    {
        Enter(now);
        LockCallResult found = Find(id, out LocalLock? converted);
        if (found != LockCallResult.Accepted)
        {
            return found;
        }

        if (converted!.State != LocalLockState.Held || converted.Undelivered)
        {
            return LockCallResult.Busy;
        }

        if (!LockFlagRules.FitConversion(converted.Mode, mode, flags))
        {
            return LockCallResult.InvalidArgument;
        }

        converted.State = LocalLockState.Asking;
        converted.Operation++;
        converted.Requested = mode;
        converted.Flags = flags;
        converted.SentTo = MemberId.None;
        if (State == LockSpaceState.Granting)
        {
            Ask(converted);
        }

        return LockCallResult.Accepted;
    }

    /// <summary>
    /// A user gives up a granted lock. Done for the user at once: no completion follows. Busy while an operation is under way.
    /// </summary>
    public LockCallResult Unlock(LockId id, MonotonicTime now)
    {
        Enter(now);
        LockCallResult found = Find(id, out LocalLock? released);
        if (found != LockCallResult.Accepted)
        {
            return found;
        }

        if (released!.State != LocalLockState.Held || released.Undelivered)
        {
            return LockCallResult.Busy;
        }

        Release(released, released.Route.Master);
        return LockCallResult.Accepted;
    }

    /// <summary>
    /// A user no longer wants what it waits for. A new request completes as Canceled at once; a conversion completes as Canceled,
    /// or as Granted when that came first. Busy when nothing is under way.
    /// </summary>
    public LockCallResult Cancel(LockId id, MonotonicTime now)
    {
        Enter(now);
        LockCallResult found = Find(id, out LocalLock? canceled);
        if (found != LockCallResult.Accepted)
        {
            return found;
        }

        if (canceled!.State == LocalLockState.Held && !canceled.Undelivered)
        {
            return LockCallResult.Busy;
        }

        if (canceled.Operation == 1)
        {
            CancelRequest(canceled);
        }
        else if (canceled.Undelivered)
        {
            return LockCallResult.Accepted; // the conversion came first; its completion follows with the lease
        }
        else if (canceled.SentTo == MemberId.None)
        {
            canceled.State = LocalLockState.Held;
            Report(canceled, LockStatus.Canceled);
        }
        else
        {
            canceled.CancelWanted = true;
            SendCancel(canceled);
        }

        return LockCallResult.Accepted;
    }

    // Whatever the master does with the request from now on, the user does not get the lock: so it is over for the user at once,
    // and the master is told to forget it, granted or not.
    private void CancelRequest(LocalLock canceled)
    {
        MemberId whoMayKnow = canceled.Undelivered ? canceled.Route.Master : canceled.SentTo;
        if (whoMayKnow == MemberId.None)
        {
            whoMayKnow = canceled.Formerly;
        }

        canceled.Undelivered = false;
        canceled.IsHeld = false;
        Report(canceled, LockStatus.Canceled);
        if (whoMayKnow == MemberId.None)
        {
            Unlink(canceled);
        }
        else
        {
            Release(canceled, whoMayKnow);
        }
    }

    private void Release(LocalLock released, MemberId master)
    {
        released.State = LocalLockState.Releasing;
        released.SentTo = master;
        if (State == LockSpaceState.Granting)
        {
            SendRelease(released);
        }
    }

    private LockCallResult Find(LockId id, out LocalLock? found)
    {
        found = null;
        return id.Owner == Self && _locks.TryGetValue(id.Number, out found) && found.State != LocalLockState.Releasing
            ? LockCallResult.Accepted
            : LockCallResult.NotFound;
    }

    private void Link(LocalLock added)
    {
        _locks.Add(added.Number, added);
        added.Route.Locks++;
        added.Previous = _lastLock;
        if (_lastLock is null)
        {
            _firstLock = added;
        }
        else
        {
            _lastLock.Next = added;
        }

        _lastLock = added;
    }

    private void Unlink(LocalLock removed)
    {
        _locks.Remove(removed.Number);
        if (removed.Previous is null)
        {
            _firstLock = removed.Next;
        }
        else
        {
            removed.Previous.Next = removed.Next;
        }

        if (removed.Next is null)
        {
            _lastLock = removed.Previous;
        }
        else
        {
            removed.Next.Previous = removed.Previous;
        }

        LeaveRoute(removed.Route);
    }
}
