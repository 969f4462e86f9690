namespace Cluster.Consensus;

/// <summary>
/// Promises that the engine can be told to break. For the simulator's canaries only (a checker that has never failed proves
/// nothing); never set in production.
/// </summary>
[Flags]
public enum RaftMutations
{
    /// <summary>Keeps all promises.</summary>
    None = 0,

    /// <summary>Breaks S7: votes and acknowledges before the write is on disk, and counts the leader's own copy as well.</summary>
    AcknowledgeBeforePersisted = 1,

    /// <summary>Has the log refer to a snapshot before its file is saved: a crash in between leaves a log without its beginning.</summary>
    ReferencesSnapshotsBeforeSaved = 1 << 16,

    /// <summary>Takes a log that differs from an installed snapshot for one that agrees with it, and keeps it.</summary>
    InstallKeepsConflictingEntries = 1 << 17,

    /// <summary>Labels a snapshot with the last entry of the log instead of the last one whose effect it holds.</summary>
    CompactsBeyondApplied = 1 << 18,

    /// <summary>Takes damaged chunks, and damaged snapshots, for good.</summary>
    IgnoresChunkChecksums = 1 << 19,

    /// <summary>Answers reads without asking whether somebody else leads by now.</summary>
    ReadsWithoutConfirmation = 1 << 20,

    /// <summary>Has the state machine apply a proposal as often as it stands in the log.</summary>
    AppliesDuplicates = 1 << 21,
}
