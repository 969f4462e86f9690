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

    /// <summary>A leader counts its own copy of an entry before it is on disk (etcd #14370).</summary>
    CountsOwnCopyEarly = 1 << 1,

    /// <summary>A voter that restarts has forgotten its vote, as if it had been told before it was on disk.</summary>
    ForgetsVoteAtRestart = 1 << 2,

    /// <summary>Votes while it hears a leader: no patience, neither for pre-votes nor for votes.</summary>
    VotesWhileHearingLeader = 1 << 3,

    /// <summary>A voter that has just restarted votes at once, though it has forgotten when it last heard the leader.</summary>
    VotesRightAfterRestart = 1 << 4,

    /// <summary>Stands for election without asking first, so a node with a broken link pushes the term up and unseats good leaders.</summary>
    SkipsPreVote = 1 << 5,

    /// <summary>A leader without a majority goes on leading (no check-quorum).</summary>
    LeadsWithoutQuorum = 1 << 6,

    /// <summary>Commits an entry of an earlier term by counting copies (Raft figure 8).</summary>
    CommitsOlderTermsByCount = 1 << 7,

    /// <summary>An append that ends earlier than the log cuts the log there, committed entries included.</summary>
    TruncatesOnStaleAppend = 1 << 8,

    /// <summary>Counts a joint configuration by its incoming half alone.</summary>
    CountsOneHalf = 1 << 9,

    /// <summary>A configuration is in force only once it is committed.</summary>
    AppliesConfigurationAtCommit = 1 << 10,

    /// <summary>Learners count as voters do.</summary>
    CountsLearners = 1 << 11,

    /// <summary>Answers from before a node was removed and added again count as if they were new (a bug raft-rs had).</summary>
    CountsOtherSessions = 1 << 12,

    /// <summary>Takes a change of the configuration while another one is under way.</summary>
    ChangesDuringChange = 1 << 13,

    /// <summary>A leader that hands over goes on telling that nobody else can be elected, and does not wait for what it told.</summary>
    KeepsLeaseWhileHandingOver = 1 << 14,

    /// <summary>A leader counts the promise of a heartbeat from the moment the answer arrives instead of when it was sent.</summary>
    CountsPromisesFromArrival = 1 << 15,

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

    /// <summary>A transfer of leadership that was given up still counts: a late request or vote for it breaks the lease that followed.</summary>
    HonoursAbortedTransfers = 1 << 22,

    /// <summary>A node that comes back with an empty disk goes by the old configurations it is sent, in which its number was a voter.</summary>
    TrustsNewcomers = 1 << 23,

    /// <summary>Counts voters instead of their votes.</summary>
    CountsHeads = 1 << 24,

    /// <summary>Changes what votes count without a joint configuration.</summary>
    ReweighsInOneStep = 1 << 25,

    /// <summary>A voter that becomes less patient forgets at once what it promised.</summary>
    ShortensPatienceAtOnce = 1 << 26,

    /// <summary>A leader takes its own patience for that of its voters.</summary>
    CountsOwnPatience = 1 << 27,

    /// <summary>One of two voters goes on without the other right after it has started, though the other may have gone on without it.</summary>
    GoesAloneOutOfStep = 1 << 28,

    /// <summary>One of two voters goes on without the other before what it promised has run out.</summary>
    GoesAloneImpatiently = 1 << 29,
}
