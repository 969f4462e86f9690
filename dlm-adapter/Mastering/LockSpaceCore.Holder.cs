using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>What masters tell this member about its users' locks.</content>
public sealed partial class LockSpaceCore
{
    // Grants that the users have not been told of for want of a lease.
    private readonly Queue<ulong> _undelivered = new();

    // Requests that went to somebody who is no master: asked again after a moment, for the directory may not know yet either.
    private readonly List<ulong> _refused = [];

    private void OnCompleted(MemberId from, Generation generation, LockCompletion completion)
    {
        ulong number = completion.Id.Number;
        if (!_locks.TryGetValue(number, out LocalLock? local))
        {
            if (completion.Status == LockStatus.Granted)
            {
                GiveBack(from, number);
            }

            return;
        }

        // An answer to an older operation, or from somebody who is no longer asked.
        if (local.State != LocalLockState.Asking || local.Operation != completion.Operation || local.SentTo != from)
        {
            return;
        }

        local.State = LocalLockState.Held;
        local.CancelWanted = false;
        local.Formerly = MemberId.None;
        local.Demoted = completion.Demoted;
        if (completion.Status != LockStatus.Granted)
        {
            if (local.IsHeld)
            {
                local.Mode = completion.Mode;
                Report(local, completion.Status);
            }
            else
            {
                Report(local, completion.Status);
                Unlink(local);
            }

            return;
        }

        local.IsHeld = true;
        local.Mode = completion.Mode;
        local.Token = completion.Token;
        local.HeldNotices = 0;
        Prove(local.Route, from, generation);

        if (HoldsLease(_now))
        {
            Report(local, LockStatus.Granted);
        }
        else
        {
            local.Undelivered = true;
            _undelivered.Enqueue(number);
        }
    }

    // Whoever grants is the master, even if it denied that a moment before: it may have become it in between.
    private static void Prove(Route route, MemberId master, Generation generation)
    {
        route.Master = master;
        if (generation > route.Since)
        {
            route.Since = generation;
        }
    }

    // The user gave up before the grant came; the master may have taken the lock for wanted.
    private void GiveBack(MemberId master, ulong number)
    {
        var body = new LockMessageBody.Unlock(number);
        if (master == Self)
        {
            ServeOrDefer(Self, Generation, body);
        }
        else
        {
            Send(master, body);
        }
    }

    private void OnBlocking(ulong number, LockMode blocked)
    {
        if (!_locks.TryGetValue(number, out LocalLock? local)
            || local.State == LocalLockState.Releasing
            || !local.IsHeld
            || LockCompatibility.AreCompatible(local.Mode, blocked))
        {
            return; // overtaken by a release or a conversion
        }

        if (local.Undelivered)
        {
            local.HeldNotices |= (byte)(1 << (int)blocked);
        }
        else
        {
            Effects.BlockingNotices.Add(new BlockingNotice(new LockId(Self, number), blocked));
        }
    }

    private void OnNotMaster(MemberId from, ulong number, uint operation)
    {
        if (!_locks.TryGetValue(number, out LocalLock? local)
            || local.State != LocalLockState.Asking
            || local.IsHeld
            || local.Operation != operation
            || local.SentTo != from)
        {
            return;
        }

        local.SentTo = MemberId.None;
        if (local.Route.Master == from)
        {
            local.Route.Master = MemberId.None;
        }

        _refused.Add(number);
        Arm(_now + _options.AcknowledgeAfter);
    }

    private void RetryRefused()
    {
        if (State != LockSpaceState.Granting || _refused.Count == 0)
        {
            return;
        }

        ulong[] again = [.. _refused];
        _refused.Clear();
        foreach (ulong number in again)
        {
            if (_locks.TryGetValue(number, out LocalLock? local)
                && local.State == LocalLockState.Asking
                && local.SentTo == MemberId.None
                && !local.Route.Waiting.Contains(number))
            {
                Ask(local);
            }
        }
    }

    private void DeliverHeldBack()
    {
        while (_undelivered.TryDequeue(out ulong number))
        {
            if (!_locks.TryGetValue(number, out LocalLock? local) || !local.Undelivered)
            {
                continue; // canceled meanwhile
            }

            local.Undelivered = false;
            Report(local, LockStatus.Granted);
            for (LockMode mode = LockMode.EX; mode > LockMode.NL; mode--)
            {
                if ((local.HeldNotices & (1 << (int)mode)) != 0)
                {
                    OnBlocking(number, mode);
                }
            }
        }
    }

    private void Report(LocalLock local, LockStatus status)
    {
        LockMode mode = local.IsHeld ? local.Mode : LockMode.NL;
        FencingToken token = local.IsHeld ? local.Token : FencingToken.None;
        Effects.Completions.Add(
            new LockCompletion(new LockId(Self, local.Number), local.Operation, status, mode, token, local.Demoted));
    }

    private void LoseAllLocks()
    {
        for (LocalLock? local = _firstLock; local is not null; local = local.Next)
        {
            if (local.State != LocalLockState.Releasing)
            {
                local.IsHeld = false;
                Report(local, LockStatus.Lost);
            }
        }

        _locks.Clear();
        _firstLock = null;
        _lastLock = null;
        _routes.Clear();
        _idleRoutes.Clear();
    }
}
