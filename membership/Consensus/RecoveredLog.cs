namespace Cluster.Consensus;

/// <summary>What storage found on disk at start.</summary>
/// <param name="HardState">Term, vote and intent.</param>
/// <param name="Snapshot">The snapshot that the log begins with, verified; null when there is none.</param>
/// <param name="Entries">Entries without gap: the first has index 1 without a snapshot, and with one at most the index after
/// it.</param>
public sealed record RecoveredLog(HardState HardState, Snapshot? Snapshot, IReadOnlyList<LogEntry> Entries)
{
    /// <summary>An empty data folder.</summary>
    public static readonly RecoveredLog Empty = new(default, null, []);
}
