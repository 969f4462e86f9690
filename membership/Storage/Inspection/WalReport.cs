using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>What is in the folder of a log, and what is wrong with it.</summary>
public sealed record WalReport
{
    /// <summary>The folder.</summary>
    public required string Directory { get; init; }

    /// <summary>The process that has the log open; null when none was seen.</summary>
    public required int? InUseBy { get; init; }

    /// <summary>The segments, in order.</summary>
    public required IReadOnlyList<WalSegment> Segments { get; init; }

    /// <summary>The snapshot files, oldest first.</summary>
    public required IReadOnlyList<WalSnapshot> Snapshots { get; init; }

    /// <summary>Term and vote at the end of what can be trusted.</summary>
    public required HardState HardState { get; init; }

    /// <summary>The first entry that is kept; greater than <see cref="LastIndex"/> when none is.</summary>
    public required LogIndex FirstIndex { get; init; }

    /// <summary>The last entry up to which the log can be trusted.</summary>
    public required LogIndex LastIndex { get; init; }

    /// <summary>What was found, damage first.</summary>
    public required IReadOnlyList<WalFinding> Findings { get; init; }

    /// <summary>True when a daemon would start with it.</summary>
    public bool IsSound => Findings.All(finding => finding.Severity != WalSeverity.Damage);
}
