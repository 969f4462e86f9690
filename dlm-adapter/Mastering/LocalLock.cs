using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>One lock of one of this member's users.</summary>
internal sealed class LocalLock(ulong number, Route route)
{
    public readonly ulong Number = number;
    public readonly Route Route = route;
    public LocalLockState State = LocalLockState.Asking;
    public uint Operation = 1;

    /// <summary>True once the first request was granted.</summary>
    public bool IsHeld;
    public LockMode Mode;
    public FencingToken Token;

    public LockMode Requested;
    public LockFlags Flags;

    /// <summary>The master that the operation under way was sent to; none while it is not sent.</summary>
    public MemberId SentTo;

    /// <summary>Somebody who was sent the request before and may still have it.</summary>
    public MemberId Formerly;

    /// <summary>The user wants the conversion under way canceled; a new master has to be told again.</summary>
    public bool CancelWanted;

    /// <summary>Granted, but the user has not been told for want of a lease.</summary>
    public bool Undelivered;
    public bool Demoted;

    /// <summary>Blocking notices that wait for the user to be told of the grant, as a set of modes.</summary>
    public byte HeldNotices;

    // All local locks, in the order in which they were asked for.
    public LocalLock? Previous;
    public LocalLock? Next;
}
