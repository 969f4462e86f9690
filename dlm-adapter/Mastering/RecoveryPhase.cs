namespace Cluster.Locks.Mastering;

/// <summary>The two things that every member tells every other when a generation starts, in this order.</summary>
public enum RecoveryPhase : byte
{
    /// <summary>No recovery is going on.</summary>
    None = 0,

    /// <summary>Who masters what, to the directory.</summary>
    Directory = 1,

    /// <summary>Who holds what, to the new masters of resources whose master is gone.</summary>
    Locks = 2,
}
