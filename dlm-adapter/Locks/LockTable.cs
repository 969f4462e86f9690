using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Locks;

/// <summary>
/// The locks of all resources that one member masters. Pure: what happens comes out in <see cref="Completions"/> and <see
/// cref="Notices"/>, which the caller reads and clears. It grants whenever the rules allow it: whoever may not grant now (no
/// lease, recovery) must not call it now.
/// </summary>
/// <remarks>
/// The rules are those of the Linux lock manager (<c>fs/dlm/lock.c</c>, <c>_can_be_granted</c>), numbered here: (1) an Expedite
/// request is always granted; (2) a new request is granted at once only when nobody is queued and nobody holds an incompatible
/// mode; (3) a conversion is granted in place when it is compatible, with QueCvt only when no conversion is queued; (4) from the
/// queues, only the head conversion is granted, and the head waiter once no conversion is queued; NoOrder is not held to this;
/// (5) after a new master adopted locks, its first pass grants conversions in any order, because their order died with the old
/// master; (6) after each conversion, unlock and cancel the queues are looked at again, from the start after each granted
/// conversion.
/// </remarks>
public sealed partial class LockTable
{
    private readonly Dictionary<ResourceName, TableResource> _resources = [];
    private readonly Dictionary<LockId, TableLock> _locks = [];
    private readonly Stack<TableLock> _pool = new();
    private ulong _tokenCounter;

    /// <summary>Operations that ended, in order.</summary>
    public List<LockCompletion> Completions { get; } = [];

    /// <summary>Holders to be told that they stand in the way, in order; for one lock always after its completion.</summary>
    public List<BlockingNotice> Notices { get; } = [];

    /// <summary>The time of the current input: since when a resource is unused is taken from here.</summary>
    public MonotonicTime Now { get; set; }

    /// <summary>The generation that new tokens carry.</summary>
    public Generation Generation { get; private set; }

    /// <summary>How far the tokens of this generation have counted.</summary>
    public ulong TokenCounter => _tokenCounter;

    /// <summary>Grants made so far.</summary>
    public long Grants { get; private set; }

    /// <summary>How many resources there are, unused ones included.</summary>
    public int ResourceCount => _resources.Count;

    /// <summary>How many locks there are, in all queues.</summary>
    public int LockCount => _locks.Count;

    /// <summary>A new generation: tokens carry it, and their counter starts again.</summary>
    public void StartGeneration(Generation generation)
    {
        Generation = generation;
        _tokenCounter = 0;
    }

    /// <summary>
    /// Tokens count on from <paramref name="floor"/>, if they have not come that far: another master of this generation has used
    /// those below.
    /// </summary>
    public void RaiseTokenCounter(ulong floor) => _tokenCounter = Math.Max(_tokenCounter, floor);

    /// <summary>True when the resource is here.</summary>
    public bool Contains(ResourceName resource) => _resources.ContainsKey(resource);

    /// <summary>Finds a lock.</summary>
    public bool TryGetLock(LockId id, out TableLockView view)
    {
        if (!_locks.TryGetValue(id, out TableLock? found))
        {
            view = default;
            return false;
        }

        LockMode held = found.IsHeld ? found.Granted : LockMode.NL;
        LockMode wanted = found.State == TableLockState.Granted ? held : found.Requested;
        view = new TableLockView(found.Resource!.Name, found.State, held, wanted, found.Operation, found.Token, found.Demoted);
        return true;
    }

    /// <summary>A new lock. Its resource comes into being with it.</summary>
    /// <returns>
    /// Busy when the lock exists, InvalidArgument when the flags do not fit: Expedite is for NL only, QueCvt, ConvDeadlk and
    /// NoDlckWt are for conversions only.
    /// </returns>
    public LockCallResult Request(ResourceName name, LockId id, LockMode mode, LockFlags flags, uint operation)
    {
        if (!LockFlagRules.FitRequest(mode, flags))
        {
            return LockCallResult.InvalidArgument;
        }

        if (_locks.ContainsKey(id))
        {
            return LockCallResult.Busy;
        }

        TableResource resource = GetOrAdd(name, Generation.Zero);
        TableLock asked = Rent(id, resource, operation);
        asked.State = TableLockState.Waiting;
        asked.Requested = mode;
        asked.Flags = flags;

        bool nobodyQueued = resource.ConvertQueue.Count == 0 && resource.WaitQueue.Count == 0;
        bool inTurn = nobodyQueued || asked.Has(LockFlags.NoOrder);
        if (asked.Has(LockFlags.Expedite) || (inTurn && !resource.Conflicts(mode, asked)))
        {
            Grant(asked, queued: false);
            return LockCallResult.Accepted;
        }

        if (asked.Has(LockFlags.NoQueue))
        {
            if (asked.Has(LockFlags.NoQueueBast))
            {
                TellHolders(asked);
            }

            Completions.Add(new LockCompletion(id, operation, LockStatus.Again, LockMode.NL, FencingToken.None));
            Return(asked);
            return LockCallResult.Accepted;
        }

        bool holdersKnow = WaitersCover(resource, mode);
        resource.Enqueue(asked);
        if (!holdersKnow)
        {
            TellHolders(asked);
        }

        return LockCallResult.Accepted;
    }

    /// <summary>
    /// Another mode for a granted lock. An operation that is not newer than the lock's newest is a repeat and changes nothing.
    /// </summary>
    /// <returns>NotFound, Busy when an operation is under way, InvalidArgument when the flags do not fit the modes.</returns>
    public LockCallResult Convert(LockId id, LockMode mode, LockFlags flags, uint operation)
    {
        if (!_locks.TryGetValue(id, out TableLock? converted))
        {
            return LockCallResult.NotFound;
        }

        if (operation <= converted.Operation)
        {
            return LockCallResult.Accepted;
        }

        if (converted.State != TableLockState.Granted)
        {
            return LockCallResult.Busy;
        }

        if (!LockFlagRules.FitConversion(converted.Granted, mode, flags))
        {
            return LockCallResult.InvalidArgument;
        }

        converted.Operation = operation;
        converted.Requested = mode;
        converted.Flags = flags;
        converted.Demoted = false;
        ArriveAtConversion(converted);
        return LockCallResult.Accepted;
    }

    /// <summary>A waiter is removed; a converter falls back to the mode it holds. Either completes as Canceled.</summary>
    /// <returns>NotFound, or Busy when <paramref name="operation"/> is not what the lock waits for.</returns>
    public LockCallResult Cancel(LockId id, uint operation)
    {
        if (!_locks.TryGetValue(id, out TableLock? canceled))
        {
            return LockCallResult.NotFound;
        }

        if (canceled.State == TableLockState.Granted || canceled.Operation != operation)
        {
            return LockCallResult.Busy;
        }

        TableResource resource = canceled.Resource!;
        resource.Dequeue(canceled);
        if (canceled.State == TableLockState.Waiting)
        {
            Completions.Add(new LockCompletion(id, operation, LockStatus.Canceled, LockMode.NL, FencingToken.None));
            Return(canceled);
        }
        else
        {
            canceled.State = TableLockState.Granted;
            resource.GrantedQueue.AddTail(canceled);
            End(canceled, LockStatus.Canceled);
        }

        Rescan(resource, anyOrder: false);
        return LockCallResult.Accepted;
    }

    /// <summary>Removes a lock, whichever queue it stands in. No completion follows.</summary>
    /// <returns>NotFound when there is none: a repeat, or it was never granted.</returns>
    public LockCallResult Unlock(LockId id)
    {
        if (!_locks.TryGetValue(id, out TableLock? released))
        {
            return LockCallResult.NotFound;
        }

        TableResource resource = released.Resource!;
        Remove(released);
        Rescan(resource, anyOrder: false);
        return LockCallResult.Accepted;
    }
}
