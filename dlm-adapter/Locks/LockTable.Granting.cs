namespace Cluster.Locks;

/// <content>The grant rules, and who is told that it stands in the way.</content>
public sealed partial class LockTable
{
    // Rule 3.
    private static bool MayConvertInPlace(TableLock converted)
    {
        TableResource resource = converted.Resource!;
        bool inTurn = !converted.Has(LockFlags.QueCvt) || resource.ConvertQueue.Count == 0 || converted.Has(LockFlags.NoOrder);
        return inTurn && !resource.Conflicts(converted.Requested, converted);
    }

    // A conversion is asked for: in place, refused, or queued.
    private void ArriveAtConversion(TableLock converted)
    {
        TableResource resource = converted.Resource!;
        if (GrantInPlace(converted))
        {
            return;
        }

        if (converted.Has(LockFlags.NoQueue))
        {
            if (converted.Has(LockFlags.NoQueueBast))
            {
                TellHolders(converted);
            }

            End(converted, LockStatus.Again);
            return;
        }

        bool demotedNow = false;
        if (!converted.Has(LockFlags.NoDlckWt) && IsConversionDeadlock(converted))
        {
            if (!converted.Has(LockFlags.ConvDeadlk))
            {
                End(converted, LockStatus.Deadlock);
                return;
            }

            Demote(converted);
            demotedNow = true;
            if (GrantInPlace(converted))
            {
                return;
            }
        }

        bool holdersKnow = WaitersCover(resource, converted.Requested);
        resource.Dequeue(converted);
        converted.State = TableLockState.Converting;
        resource.Enqueue(converted);
        if (!holdersKnow)
        {
            TellHolders(converted);
        }

        if (demotedNow)
        {
            Rescan(resource, anyOrder: false);
        }
    }

    private bool GrantInPlace(TableLock converted)
    {
        if (!MayConvertInPlace(converted))
        {
            return false;
        }

        Grant(converted, queued: true);
        Rescan(converted.Resource!, anyOrder: false);
        return true;
    }

    private void End(TableLock ended, LockStatus status) => Completions.Add(
        new LockCompletion(ended.Id, ended.Operation, status, ended.Granted, ended.Token, ended.Demoted));

    /// <summary>
    /// A queued conversion waits for the mode that the newcomer holds, and the newcomer would wait for it: because of the mode
    /// that it holds, or because it stands before the newcomer in the queue and only the head is granted (rule 4).
    /// </summary>
    private static bool IsConversionDeadlock(TableLock newcomer)
    {
        bool inOrder = !newcomer.Has(LockFlags.NoOrder) && !newcomer.Has(LockFlags.HeadQue);
        for (TableLock? queued = newcomer.Resource!.ConvertQueue.Head; queued is not null; queued = queued.Next)
        {
            if (!LockCompatibility.AreCompatible(newcomer.Granted, queued.Requested)
                && (inOrder || !LockCompatibility.AreCompatible(queued.Granted, newcomer.Requested)))
            {
                return true;
            }
        }

        return false;
    }

    // Every holder in the way of a waiter was told of it: on its arrival, or when the holder was granted. A waiter that wants no
    // more than one of those has nobody to tell. (Conversions do not count: a converter is not told of its own wish.)
    private static bool WaitersCover(TableResource resource, LockMode mode)
    {
        for (int waiting = resource.WaitWanted.Set; waiting != 0; waiting &= waiting - 1)
        {
            if (LockCompatibility.Covers((LockMode)System.Numerics.BitOperations.TrailingZeroCount(waiting), mode))
            {
                return true;
            }
        }

        return false;
    }

    private static void Demote(TableLock demoted)
    {
        TableResource resource = demoted.Resource!;
        resource.Held.Remove(demoted.Granted);
        demoted.Granted = LockMode.NL;
        resource.Held.Add(demoted.Granted);
        demoted.Demoted = true;
        demoted.Told = 0;
    }

    // Rules 4 to 6.
    private void Rescan(TableResource resource, bool anyOrder)
    {
        while (GrantOneConversion(resource, anyOrder))
        {
        }

        TableLock? waiter = resource.WaitQueue.Head;
        while (waiter is not null)
        {
            TableLock? next = waiter.Next;
            bool head = waiter.Previous is null && resource.ConvertQueue.Count == 0;
            if ((head || waiter.Has(LockFlags.NoOrder)) && !resource.Conflicts(waiter.Requested, waiter))
            {
                Grant(waiter, queued: true);
            }
            else if (resource.Unordered == 0)
            {
                break;
            }

            waiter = next;
        }
    }

    private bool GrantOneConversion(TableResource resource, bool anyOrder)
    {
        for (TableLock? queued = resource.ConvertQueue.Head; queued is not null; queued = queued.Next)
        {
            bool inTurn = queued.Previous is null || anyOrder || queued.Has(LockFlags.NoOrder);
            if (inTurn && !resource.Conflicts(queued.Requested, queued))
            {
                Grant(queued, queued: true);
                return true;
            }

            if (!anyOrder && resource.Unordered == 0)
            {
                return false;
            }
        }

        return false;
    }

    private void Grant(TableLock granted, bool queued)
    {
        TableResource resource = granted.Resource!;
        if (queued)
        {
            resource.Dequeue(granted);
        }

        if (granted.IsHeld)
        {
            resource.Held.Remove(granted.Granted);
        }

        granted.State = TableLockState.Granted;
        granted.Granted = granted.Requested;
        granted.Told = 0;
        granted.Token = FencingToken.Compose(Generation, ++_tokenCounter);
        resource.Held.Add(granted.Granted);
        resource.GrantedQueue.AddTail(granted);
        Grants++;
        End(granted, LockStatus.Granted);
        if (resource.ConvertQueue.Count + resource.WaitQueue.Count > 0)
        {
            TellNewHolder(granted);
        }
    }

    // A new holder may stand in the way of whoever is still queued.
    private void TellNewHolder(TableLock holder)
    {
        TableResource resource = holder.Resource!;
        int wanted = resource.WaitWanted.Set | resource.ConvertWanted.Set;
        for (LockMode mode = LockMode.EX; mode > LockMode.NL; mode--)
        {
            if ((wanted & (1 << (int)mode)) != 0)
            {
                TellOne(holder, mode);
            }
        }
    }

    private void TellHolders(TableLock blocked)
    {
        TableResource resource = blocked.Resource!;
        for (TableLock? holder = resource.GrantedQueue.Head; holder is not null; holder = holder.Next)
        {
            if (holder != blocked)
            {
                TellOne(holder, blocked.Requested);
            }
        }

        for (TableLock? holder = resource.ConvertQueue.Head; holder is not null; holder = holder.Next)
        {
            if (holder != blocked)
            {
                TellOne(holder, blocked.Requested);
            }
        }
    }

    // A repeat is suppressed unless more is blocked than the holder knows of. PR and CW are neither more nor less than each
    // other, so one does not silence the other.
    private void TellOne(TableLock holder, LockMode blocked)
    {
        if (!LockCompatibility.AreCompatible(holder.Granted, blocked) && !holder.WasToldOf(blocked))
        {
            holder.Told |= (byte)(1 << (int)blocked);
            Notices.Add(new BlockingNotice(holder.Id, blocked));
        }
    }
}
