namespace Cluster.Locks.Hosting;

/// <summary>Where a lock stands between its user and the core.</summary>
internal enum HostedLockState
{
    /// <summary>Not asked for yet.</summary>
    New,

    /// <summary>Asked for.</summary>
    Requesting,

    /// <summary>Granted, nothing in flight.</summary>
    Held,

    /// <summary>Granted, a conversion is in flight.</summary>
    Converting,

    /// <summary>
    /// Its user gave it up while an operation was in flight: when that has ended, whatever was granted is unlocked.
    /// </summary>
    Abandoned,

    /// <summary>It does not exist any more.</summary>
    Gone,
}
