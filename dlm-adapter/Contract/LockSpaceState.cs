namespace Cluster.Locks.Contract;

/// <summary>Where a lock space stands at one member.</summary>
public enum LockSpaceState
{
    /// <summary>The group is stopped: nothing is granted until the cluster starts it.</summary>
    Stopped,

    /// <summary>The group has started and the members rebuild what departed members knew.</summary>
    Recovering,

    /// <summary>Locks are granted while the lease runs.</summary>
    Granting,

    /// <summary>This member's stay is over. Final.</summary>
    Ended,
}
