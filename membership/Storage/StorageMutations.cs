namespace Cluster.Storage;

/// <summary>
/// Promises that the log can be told to break. For the simulator's canaries only (a checker that has never failed proves
/// nothing); never set in production.
/// </summary>
[Flags]
internal enum StorageMutations
{
    /// <summary>Keeps all promises.</summary>
    None = 0,

    /// <summary>Replay passes over truncations: entries that were cut off come back behind those that took their place (etcd #22442).</summary>
    TruncationNotReplayed = 1,

    /// <summary>A write that a crash interrupted is taken for damage (etcd #5230).</summary>
    TornTailRefused = 2,

    /// <summary>What a start reads counts as durable although only memory may hold it.</summary>
    EndNotSettled = 4,
}
