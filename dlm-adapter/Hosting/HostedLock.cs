using Cluster.Locks.Contract;

namespace Cluster.Locks.Hosting;

/// <summary>
/// One lock of one user, as the host sees it. The host calls the four reports under its gate, in order: they must be short and
/// never wait. They may call the host again.
/// </summary>
internal abstract class HostedLock
{
    /// <summary>Where the lock stands; the host's.</summary>
    internal HostedLockState State { get; set; }

    /// <summary>Its number in the core; the host's.</summary>
    internal LockId Id { get; set; }

    /// <summary>What is held; null before the first grant. The host's.</summary>
    internal LockGrant? Held { get; set; }

    /// <summary>A request or conversion was granted.</summary>
    protected internal abstract void OnGranted(LockGrant held);

    /// <summary>A request or conversion was not granted.</summary>
    /// <param name="failure">How it ended.</param>
    /// <param name="text">Details for people; may be empty.</param>
    /// <param name="held">What is held all the same; null: the lock does not exist any more.</param>
    protected internal abstract void OnFailed(LockFailure failure, string text, LockGrant? held);

    /// <summary>The lock blocks a request for <paramref name="mode"/>.</summary>
    protected internal abstract void OnBlocking(LockMode mode);

    /// <summary>The space has ended with this lock in it. The last report.</summary>
    protected internal abstract void OnLost(string reason);
}
