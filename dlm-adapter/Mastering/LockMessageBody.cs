using Cluster.Membership;

namespace Cluster.Locks.Mastering;

/// <summary>What members of a lock space say to each other.</summary>
public abstract record LockMessageBody
{
    private LockMessageBody()
    {
    }

    /// <summary>To the directory: who masters this? If nobody, let it be me.</summary>
    public sealed record Lookup(ResourceName Resource) : LockMessageBody;

    /// <summary>
    /// The directory's answer. <paramref name="TokenFloor"/>: the new master's tokens in this generation count on from here.
    /// </summary>
    public sealed record MasterIs(ResourceName Resource, MemberId Master, ulong TokenFloor) : LockMessageBody;

    /// <summary>
    /// To the directory: I no longer master this. <paramref name="TokenFloor"/>: how far my tokens have counted.
    /// </summary>
    public sealed record Forget(ResourceName Resource, ulong TokenFloor) : LockMessageBody;

    /// <summary>To the master: a new lock, please.</summary>
    public sealed record Request(
        ResourceName Resource, ulong Number, uint Operation, LockMode Mode, LockFlags Flags) : LockMessageBody;

    /// <summary>To the master: another mode, please.</summary>
    public sealed record Convert(ulong Number, uint Operation, LockMode Mode, LockFlags Flags) : LockMessageBody;

    /// <summary>To the master: forget the conversion if it still waits.</summary>
    public sealed record Cancel(ulong Number, uint Operation) : LockMessageBody;

    /// <summary>To the master: the lock is given up, granted or not.</summary>
    public sealed record Unlock(ulong Number) : LockMessageBody;

    /// <summary>From the master: an operation has ended.</summary>
    public sealed record Completed(
        ulong Number, uint Operation, LockStatus Status, LockMode Mode, FencingToken Token, bool Demoted) : LockMessageBody;

    /// <summary>From somebody taken for the master: I am not; look again.</summary>
    public sealed record NotMaster(ulong Number, uint Operation) : LockMessageBody;

    /// <summary>From the master: a lock of yours is in the way.</summary>
    public sealed record Blocking(ulong Number, LockMode BlockedMode) : LockMessageBody;

    /// <summary>Recovery, to the directory: I master these.</summary>
    public sealed record Mastered(IReadOnlyList<ResourceName> Resources) : LockMessageBody;

    /// <summary>Recovery, to the new master: I hold these.</summary>
    public sealed record Holding(IReadOnlyList<AdoptedLock> Locks) : LockMessageBody;

    /// <summary>
    /// Recovery: I have sent all of this phase. <paramref name="LastCompleted"/> is the newest generation that the sender has
    /// recovered in full,
    /// <paramref name="MasteringSince"/> the generation since which it has not thrown away what it masters.
    /// </summary>
    public sealed record PhaseDone(RecoveryPhase Phase, Generation LastCompleted, Generation MasteringSince) : LockMessageBody;
}
