using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <content>Users' operations on their way to the master: at once when it is this member, else as messages.</content>
public sealed partial class LockSpaceCore
{
    // Sends the operation under way to the master, or finds out first who that is.
    private void Ask(LocalLock asking)
    {
        Route route = asking.Route;
        MemberId master = _options.Policy == MasteringPolicy.LowestSlot ? Server : route.Master;
        if (master == MemberId.None)
        {
            route.Waiting.Add(asking.Number);
            LookUp(route);
            return;
        }

        route.Master = master;
        asking.SentTo = master;
        if (master == Self && MayServe)
        {
            if (asking.IsHeld)
            {
                _table.Convert(new LockId(Self, asking.Number), asking.Requested, asking.Flags, asking.Operation);
                DrainTable();
            }
            else
            {
                ServeRequest(Self, route.Name, asking.Number, asking.Operation, asking.Requested, asking.Flags);
            }

            return;
        }

        LockMessageBody body = asking.IsHeld
            ? new LockMessageBody.Convert(asking.Number, asking.Operation, asking.Requested, asking.Flags)
            : new LockMessageBody.Request(route.Name, asking.Number, asking.Operation, asking.Requested, asking.Flags);
        if (master == Self)
        {
            _deferred.Enqueue(new DeferredOperation(Self, Generation, body));
        }
        else
        {
            Send(master, body);
        }
    }

    // After a recovery: everything that was asked or given up meanwhile, in the order in which the locks were first asked for.
    private void SendWhatWasKept()
    {
        var kept = new List<ulong>();
        for (LocalLock? local = _firstLock; local is not null; local = local.Next)
        {
            if (local.State != LocalLockState.Held)
            {
                kept.Add(local.Number);
            }
        }

        foreach (ulong number in kept)
        {
            if (!_locks.TryGetValue(number, out LocalLock? local))
            {
                continue; // ended by one before it
            }

            if (local.State == LocalLockState.Releasing)
            {
                SendRelease(local);
            }
            else if (local.State == LocalLockState.Asking && local.SentTo == MemberId.None)
            {
                Ask(local);
            }
            else if (local.State == LocalLockState.Asking && local.CancelWanted)
            {
                SendCancel(local);
            }
        }
    }

    private void SendRelease(LocalLock released)
    {
        MemberId master = released.SentTo;
        ulong number = released.Number;
        Unlink(released);
        if (master != Self)
        {
            Send(master, new LockMessageBody.Unlock(number));
        }
        else if (MayServe)
        {
            _table.Unlock(new LockId(Self, number));
            DrainTable();
        }
        else
        {
            _deferred.Enqueue(new DeferredOperation(Self, Generation, new LockMessageBody.Unlock(number)));
        }
    }

    private void SendCancel(LocalLock canceled)
    {
        if (State != LockSpaceState.Granting)
        {
            return; // told when the recovery is over
        }

        var body = new LockMessageBody.Cancel(canceled.Number, canceled.Operation);
        if (canceled.SentTo == Self)
        {
            ServeOrDefer(Self, Generation, body);
        }
        else
        {
            Send(canceled.SentTo, body);
        }
    }
}
