using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks;

/// <content>Where locks and resources are kept: pooled, and in lists whose order does not depend on hashes.</content>
public sealed partial class LockTable
{
    private TableResource? _first;
    private TableResource? _last;
    private TableResource? _firstIdle;
    private TableResource? _lastIdle;

    /// <summary>Adds a resource that has no locks yet; one that is here stays as it is.</summary>
    public void AddResource(ResourceName name) => GetOrAdd(name, Generation.Zero);

    /// <summary>The resource that has been without locks for longest, and since when.</summary>
    public bool TryGetLongestIdle(out ResourceName name, out MonotonicTime since)
    {
        name = _firstIdle?.Name ?? default;
        since = _firstIdle?.IdleSince ?? default;
        return _firstIdle is not null;
    }

    /// <summary>Removes a resource without locks; false when it is not here or in use.</summary>
    public bool RemoveIdle(ResourceName name)
    {
        if (!_resources.TryGetValue(name, out TableResource? resource) || !resource.IsIdle)
        {
            return false;
        }

        Unlink(resource);
        return true;
    }

    private TableResource GetOrAdd(ResourceName name, Generation adoptedIn)
    {
        if (_resources.TryGetValue(name, out TableResource? resource))
        {
            return resource;
        }

        resource = new TableResource(name, adoptedIn) { Previous = _last };
        _resources.Add(name, resource);
        if (_last is null)
        {
            _first = resource;
        }
        else
        {
            _last.Next = resource;
        }

        _last = resource;
        Idle(resource);
        return resource;
    }

    private void Unlink(TableResource resource)
    {
        Use(resource);
        _resources.Remove(resource.Name);
        if (resource.Previous is null)
        {
            _first = resource.Next;
        }
        else
        {
            resource.Previous.Next = resource.Next;
        }

        if (resource.Next is null)
        {
            _last = resource.Previous;
        }
        else
        {
            resource.Next.Previous = resource.Previous;
        }
    }

    private TableLock Rent(LockId id, TableResource resource, uint operation)
    {
        TableLock rented = _pool.Count > 0 ? _pool.Pop() : new TableLock();
        rented.Id = id;
        rented.Resource = resource;
        rented.Operation = operation;
        _locks.Add(id, rented);
        Use(resource);
        return rented;
    }

    // The lock stands in no queue any more.
    private void Return(TableLock returned)
    {
        TableResource resource = returned.Resource!;
        _locks.Remove(returned.Id);
        returned.Reset();
        _pool.Push(returned);
        if (resource.LockCount == 0)
        {
            Idle(resource);
        }
    }

    private void Remove(TableLock removed)
    {
        TableResource resource = removed.Resource!;
        resource.Dequeue(removed);
        if (removed.IsHeld)
        {
            resource.Held.Remove(removed.Granted);
        }

        Return(removed);
    }

    private void Idle(TableResource resource)
    {
        if (resource.IsIdle)
        {
            return;
        }

        resource.IsIdle = true;
        resource.IdleSince = Now;
        resource.PreviousIdle = _lastIdle;
        resource.NextIdle = null;
        if (_lastIdle is null)
        {
            _firstIdle = resource;
        }
        else
        {
            _lastIdle.NextIdle = resource;
        }

        _lastIdle = resource;
    }

    private void Use(TableResource resource)
    {
        if (!resource.IsIdle)
        {
            return;
        }

        resource.IsIdle = false;
        if (resource.PreviousIdle is null)
        {
            _firstIdle = resource.NextIdle;
        }
        else
        {
            resource.PreviousIdle.NextIdle = resource.NextIdle;
        }

        if (resource.NextIdle is null)
        {
            _lastIdle = resource.PreviousIdle;
        }
        else
        {
            resource.NextIdle.PreviousIdle = resource.PreviousIdle;
        }

        resource.PreviousIdle = null;
        resource.NextIdle = null;
    }
}
