namespace Cluster.Locks.Mastering;

/// <summary>What a user's lock is doing.</summary>
internal enum LocalLockState : byte
{
    /// <summary>Granted; no operation under way.</summary>
    Held,

    /// <summary>A request or a conversion is under way.</summary>
    Asking,

    /// <summary>Given up by the user; the master has still to be told.</summary>
    Releasing,
}
