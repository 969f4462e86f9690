using Cluster.Consensus;

namespace Cluster.Runtime;

/// <summary>The newest snapshot that this node saved or was given, and what became of all since the start.</summary>
/// <param name="Index">The last log entry whose effect it holds; 0 when there is none.</param>
/// <param name="Bytes">The size of its state.</param>
/// <param name="SavedAt">When it became a file, by the wall clock.</param>
/// <param name="Compactions">How often the log was shortened.</param>
/// <param name="Restores">How often the state was replaced by a snapshot's, the start included.</param>
/// <param name="Failures">How many snapshots could not be saved.</param>
public sealed record SnapshotStatus(LogIndex Index, long Bytes, DateTimeOffset SavedAt, long Compactions, long Restores, long Failures)
{
    /// <summary>No snapshot.</summary>
    public static readonly SnapshotStatus None = new(LogIndex.Zero, 0, default, 0, 0, 0);
}
