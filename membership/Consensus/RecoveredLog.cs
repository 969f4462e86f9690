namespace Cluster.Consensus;

/// <summary>What storage found on disk at start. Entries begin at index 1 and have no gap.</summary>
public sealed record RecoveredLog(HardState HardState, IReadOnlyList<LogEntry> Entries)
{
    /// <summary>An empty data folder.</summary>
    public static readonly RecoveredLog Empty = new(default, []);
}
