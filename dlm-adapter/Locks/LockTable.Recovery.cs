using Cluster.Membership;

namespace Cluster.Locks;

/// <content>What a change of members does to a master's locks.</content>
public sealed partial class LockTable
{
    /// <summary>
    /// Removes all locks of owners that are gone. Nothing is granted yet: that is for <see cref="GrantAfterRecovery"/>, when all
    /// members have recovered.
    /// </summary>
    /// <returns>How many locks were removed.</returns>
    public int PurgeOwners(Func<MemberId, bool> isGone)
    {
        int before = _locks.Count;
        for (TableResource? resource = _first; resource is not null; resource = resource.Next)
        {
            int locks = resource.LockCount;
            PurgeQueue(resource.GrantedQueue.Head, isGone);
            PurgeQueue(resource.ConvertQueue.Head, isGone);
            PurgeQueue(resource.WaitQueue.Head, isGone);
            resource.NeedsPass |= resource.LockCount != locks;
        }

        return before - _locks.Count;
    }

    /// <summary>Takes over a lock from a master that is gone, as its holder tells it.</summary>
    /// <param name="name">What it is on.</param>
    /// <param name="id">The lock.</param>
    /// <param name="granted">
    /// The mode held, as far as the holder knows. With a conversion under way only <see
    /// cref="LockCompatibility.WhileConverting"/> is certain.
    /// </param>
    /// <param name="token">The token it was granted with; kept.</param>
    /// <param name="operation">Its newest operation.</param>
    /// <param name="requested">The mode a conversion wants; null without one.</param>
    /// <param name="flags">The flags of that conversion.</param>
    /// <exception cref="InvalidOperationException">
    /// The lock is here already, or excludes one that is: two masters gave it away.
    /// </exception>
    public void Adopt(
        ResourceName name, LockId id, LockMode granted, FencingToken token, uint operation, LockMode? requested, LockFlags flags)
    {
        Invariant.Check(!_locks.ContainsKey(id), "a lock is adopted once");
        TableResource resource = GetOrAdd(name, Generation);
        Invariant.Check(resource.AdoptedIn == Generation, "a resource that has a living master is not adopted");
        TableLock adopted = Rent(id, resource, operation);
        LockMode certain = granted;
        if (requested is LockMode asked)
        {
            bool mayBeDemoted = (flags & LockFlags.ConvDeadlk) != 0;
            certain = mayBeDemoted ? LockMode.NL : LockCompatibility.WhileConverting(granted, asked);
            adopted.Believed = certain == asked || certain == granted ? null : granted;
        }

        adopted.State = TableLockState.Waiting;
        Invariant.Check(!resource.Conflicts(certain, adopted), "adopted locks are compatible");
        adopted.State = TableLockState.Granted;
        adopted.Granted = certain;
        adopted.Requested = certain;
        adopted.Token = token;
        resource.Held.Add(certain);
        resource.NeedsPass = true;
        resource.OrderLost = true;
        if (requested is LockMode wanted)
        {
            adopted.State = TableLockState.Converting;
            adopted.Requested = wanted;
            adopted.Flags = flags;
            resource.Enqueue(adopted);
        }
        else
        {
            resource.GrantedQueue.AddTail(adopted);
        }
    }

    /// <summary>
    /// The first pass after recovery: whatever purging and adopting made grantable is granted, adopted conversions in any order
    /// (rule 5); adopted conversions that are left are treated as if they came in now, one after the other.
    /// </summary>
    public void GrantAfterRecovery()
    {
        for (TableResource? resource = _first; resource is not null; resource = resource.Next)
        {
            if (!resource.NeedsPass)
            {
                continue;
            }

            resource.NeedsPass = false;
            if (resource.OrderLost)
            {
                RestoreBelieved(resource);
            }

            Rescan(resource, anyOrder: resource.OrderLost);
            if (resource.OrderLost)
            {
                resource.OrderLost = false;
                ArriveAgain(resource);
            }

            Rescan(resource, anyOrder: false);
        }
    }

    /// <summary>
    /// Removes all resources that were adopted after <paramref name="lastCompleted"/>: in a pass that was broken off, and so
    /// perhaps in part.
    /// </summary>
    public void DropAdoptedAfter(Generation lastCompleted) => DropWhere(resource => resource.AdoptedIn > lastCompleted);

    /// <summary>Removes everything: somebody else is master now, and the holders have told it what they hold.</summary>
    public void DropAll() => DropWhere(_ => true);

    /// <summary>Removes the resources without locks.</summary>
    public void DropIdle() => DropWhere(resource => resource.IsIdle);

    /// <summary>The names of all resources, in the order in which they came. Do not change the table meanwhile.</summary>
    public IEnumerable<ResourceName> ResourceNames()
    {
        for (TableResource? resource = _first; resource is not null; resource = resource.Next)
        {
            yield return resource.Name;
        }
    }

    // All locks of the resource are known now. What a converter believes to hold is restored unless somebody holds what excludes
    // it: then the old master had granted or demoted it already. (Nobody has been told of a grant that this could contradict.)
    private static void RestoreBelieved(TableResource resource)
    {
        for (TableLock? queued = resource.ConvertQueue.Head; queued is not null; queued = queued.Next)
        {
            if (queued.Believed is not LockMode believed)
            {
                continue;
            }

            queued.Believed = null;
            if (resource.Conflicts(believed, queued))
            {
                queued.Demoted = queued.Has(LockFlags.ConvDeadlk);
                continue;
            }

            resource.Held.Remove(queued.Granted);
            queued.Granted = believed;
            resource.Held.Add(believed);
        }
    }

    // Adopted conversions that cannot be granted have yet to be looked at: some may not wait at all, some may wait for each
    // other, and no holder knows of them.
    private void ArriveAgain(TableResource resource)
    {
        var adopted = new List<TableLock>();
        while (resource.ConvertQueue.Head is { } queued)
        {
            resource.Dequeue(queued);
            queued.State = TableLockState.Granted;
            resource.GrantedQueue.AddTail(queued);
            adopted.Add(queued);
        }

        foreach (TableLock converted in adopted)
        {
            ArriveAtConversion(converted);
        }
    }

    private void PurgeQueue(TableLock? head, Func<MemberId, bool> isGone)
    {
        for (TableLock? purged = head; purged is not null;)
        {
            TableLock? next = purged.Next;
            if (isGone(purged.Id.Owner))
            {
                Remove(purged);
            }

            purged = next;
        }
    }

    private void DropWhere(Func<TableResource, bool> drop)
    {
        for (TableResource? resource = _first; resource is not null;)
        {
            TableResource? next = resource.Next;
            if (drop(resource))
            {
                DropLocks(resource.GrantedQueue.Head);
                DropLocks(resource.ConvertQueue.Head);
                DropLocks(resource.WaitQueue.Head);
                Unlink(resource);
            }

            resource = next;
        }
    }

    private void DropLocks(TableLock? head)
    {
        for (TableLock? dropped = head; dropped is not null;)
        {
            TableLock? next = dropped.Next;
            Remove(dropped);
            dropped = next;
        }
    }
}
