using Cluster.Membership;

namespace Cluster.Locks;

/// <content>What a change of members does to a master's locks.</content>
public sealed partial class LockTable
{
    /// <summary>
    /// Removes all locks of owners that are gone. Nothing is granted yet: that is for <see cref="GrantAfterRecovery"/>, when all members have recovered.
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
    /// <param name="granted">The mode held.</param>
    /// <param name="token">The token it was granted with; kept.</param>
    /// <param name="operation">Its newest operation.</param>
    /// <param name="requested">The mode a conversion wants; null without one.</param>
    /// <param name="flags">The flags of that conversion; ConvDeadlk only if the holder had to give up more than NL for it.</param>
    /// <exception cref="InvalidOperationException">The lock is here already, or excludes one that is: two masters gave it away.</exception>
    public void Adopt(
        ResourceName name, LockId id, LockMode granted, FencingToken token, uint operation, LockMode? requested, LockFlags flags)
    {
        Invariant.Check(!_locks.ContainsKey(id), "a lock is adopted once");
        TableResource resource = GetOrAdd(name, Generation);
        Invariant.Check(resource.AdoptedIn == Generation, "a resource that has a living master is not adopted");
        TableLock adopted = Rent(id, resource, operation);
        adopted.State = TableLockState.Waiting;
        Invariant.Check(!resource.Conflicts(granted, adopted), "adopted locks are compatible");
        adopted.State = TableLockState.Granted;
        adopted.Granted = granted;
        adopted.Requested = granted;
        adopted.Token = token;
        resource.Held.Add(granted);
        resource.NeedsPass = true;
        resource.OrderLost = true;
        if (requested is LockMode wanted)
        {
            adopted.State = TableLockState.Converting;
            adopted.Requested = wanted;
            adopted.Flags = flags;
            adopted.Demoted = granted == LockMode.NL && adopted.Has(LockFlags.ConvDeadlk);
            resource.Enqueue(adopted);
        }
        else
        {
            resource.GrantedQueue.AddTail(adopted);
        }
    }

    /// <summary>
    /// The first pass after recovery: whatever purging and adopting made grantable is granted, adopted conversions in any order (rule 5); an adopted conversion that
    /// must not wait ends as Again; holders in the way of the rest are told.
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
            Rescan(resource, anyOrder: resource.OrderLost);
            resource.OrderLost = false;
            TableLock? queued = resource.ConvertQueue.Head;
            while (queued is not null)
            {
                TableLock? next = queued.Next;
                if (queued.Has(LockFlags.NoQueue))
                {
                    FailAgain(queued);
                }
                else
                {
                    TellHolders(queued);
                }

                queued = next;
            }

            Rescan(resource, anyOrder: false);
        }
    }

    /// <summary>Removes all resources that were adopted after <paramref name="lastCompleted"/>: in a pass that was broken off, and so perhaps in part.</summary>
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

    private void FailAgain(TableLock converting)
    {
        TableResource resource = converting.Resource!;
        resource.Dequeue(converting);
        converting.State = TableLockState.Granted;
        resource.GrantedQueue.AddTail(converting);
        Completions.Add(
            new LockCompletion(
                converting.Id, converting.Operation, LockStatus.Again, converting.Granted, converting.Token, converting.Demoted));
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
