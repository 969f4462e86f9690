namespace Cluster.Simulation.Disks;

/// <summary>Mistakes about durability that a shell or a file layer can make.</summary>
[Flags]
internal enum DiskMutations
{
    None = 0,

    /// <summary>A sync returns and does nothing.</summary>
    SyncSkipped = 1,

    /// <summary>A new name in the folder is never synced.</summary>
    DirectoryNotSynced = 2,

    /// <summary>A sync that failed is tried again, "succeeds", and is believed (cockroach #37102).</summary>
    FailedSyncRetried = 4,

    /// <summary>A log that is found damaged is emptied and used.</summary>
    DamageIgnored = 8,
}
