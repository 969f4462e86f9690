using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>A snapshot file beside a log.</summary>
/// <param name="File">The file.</param>
/// <param name="FileBytes">Its size.</param>
/// <param name="IsReferenced">True when the log stands on it, as far as the log can be trusted.</param>
/// <param name="Meta">What it says it is; null when its head can't be read.</param>
/// <param name="IsSound">True when all its checks hold.</param>
public sealed record WalSnapshot(string File, long FileBytes, bool IsReferenced, SnapshotMeta? Meta, bool IsSound);
