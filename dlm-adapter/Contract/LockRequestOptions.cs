namespace Cluster.Locks.Contract;

/// <summary>How to ask for a lock or a conversion. Immutable; one instance may serve many requests.</summary>
public sealed record LockRequestOptions
{
    /// <summary>Fail with <see cref="LockNotAvailableException"/> rather than wait.</summary>
    public static readonly LockRequestOptions NoQueue = new() { Flags = LockFlags.NoQueue };

    /// <summary>The flags of the lock model.</summary>
    public LockFlags Flags { get; init; }

    /// <summary>How long to wait for the grant; null: without end. Must be positive.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Called when the held lock blocks somebody who asked for the mode given: the holder may release or convert down. Called on
    /// a thread of the space, one notice after the other: it must be short; start longer work elsewhere. An exception it throws
    /// is logged and has no other effect. A notice may come late, when the lock has been released or converted meanwhile.
    /// </summary>
    public Action<HeldLock, LockMode>? OnBlocking { get; init; }
}
