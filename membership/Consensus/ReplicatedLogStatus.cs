namespace Cluster.Consensus;

/// <summary>The part a node plays in the replicated log.</summary>
public enum LogRole
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower,

    /// <summary>Asks whether it could win an election (pre-vote, Raft thesis §9.6).</summary>
    PreCandidate,

    /// <summary>Stands for election.</summary>
    Candidate,

    /// <summary>Leads its term.</summary>
    Leader,
}

/// <summary>What the engine knows of itself at this moment.</summary>
/// <param name="Role">This node's part.</param>
/// <param name="Term">The current term.</param>
/// <param name="Leader">The leader of the current term, or <see cref="NodeId.None"/> when none is known.</param>
/// <param name="LastIndex">The last entry in the local log, durable or not.</param>
/// <param name="CommitIndex">The last entry known to be committed.</param>
/// <param name="LeaderSince">On a leader: when it was elected, by this machine's clock.</param>
/// <param name="ConfirmedUntil">
/// On a leader: no other leader can have been elected before this time, by this machine's clock, because a majority of voters
/// (in a joint configuration, one of each half) has promised to wait for its patience from a moment the leader
/// knows. Already reduced by the clock-rate bound. <see cref="MonotonicTime.DistantPast"/> while it hands leadership over.
/// </param>
/// <param name="ConfirmedAt">
/// On a leader: the newest moment, by this machine's clock, as of which a majority of voters (itself included) acknowledged its
/// leadership: the send time of the heartbeats that they answered.
/// </param>
/// <param name="BarrierCommitted">
/// On a leader: an entry of its own term is committed, so everything its predecessors left is decided and visible.
/// </param>
public readonly record struct ReplicatedLogStatus(
    LogRole Role,
    Term Term,
    NodeId Leader,
    LogIndex LastIndex,
    LogIndex CommitIndex,
    MonotonicTime LeaderSince,
    MonotonicTime ConfirmedUntil,
    MonotonicTime ConfirmedAt,
    bool BarrierCommitted)
{
    /// <summary>The first entry that is still in the local log; one after <see cref="LastIndex"/> when there is none.</summary>
    public LogIndex FirstIndex { get; init; }

    /// <summary>The last entry whose effect the newest snapshot holds; 0 when there is none.</summary>
    public LogIndex SnapshotIndex { get; init; }

    /// <summary>
    /// The intent to have the other of two voters stopped, once it is on disk: then the other may be touched. None while it is being written, and
    /// when there is none. After a restart, that of the former life.
    /// </summary>
    public Standoff DurableStandoff { get; init; }

    /// <summary>
    /// True when this life of the node was shown to hold everything that was committed then; one of two voters goes on without the other only
    /// then (see <see cref="IReplicatedLog.TryGoAlone"/>). False after a restart until the two have met.
    /// </summary>
    public bool IsInStep { get; init; }

    /// <summary>True on the leader.</summary>
    public bool IsLeader => Role == LogRole.Leader;
}
