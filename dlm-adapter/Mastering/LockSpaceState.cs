namespace Cluster.Locks.Mastering;

/// <summary>Where a member of a lock space stands.</summary>
public enum LockSpaceState
{
    /// <summary>Between two generations, or before the first: nothing is granted, releases are remembered.</summary>
    Stopped,

    /// <summary>The new generation has started; masters and locks are being sorted out.</summary>
    Recovering,

    /// <summary>Requests are served (while the lease holds).</summary>
    Granting,

    /// <summary>The stay is over. Everything was reported lost; nothing more happens.</summary>
    Ended,
}
