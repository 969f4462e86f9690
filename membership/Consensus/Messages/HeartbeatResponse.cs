namespace Cluster.Consensus;

/// <summary>
/// Answers a <see cref="Heartbeat"/>: the follower will help nobody else to lead for one minimum election timeout from the
/// moment the heartbeat reached it. Waits for no log write, so that a slow disk does not look like a dead node.
/// </summary>
/// <param name="From">The follower.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The follower's term.</param>
/// <param name="SentAt">The heartbeat's stamp.</param>
/// <param name="Received">The follower's log equals the leader's up to here, in memory at least: what need not be sent
/// again.</param>
/// <param name="Match">The same, on disk: an acknowledgement.</param>
public sealed record HeartbeatResponse(
    NodeId From,
    NodeId To,
    Term Term,
    MonotonicTime SentAt,
    LogIndex Received,
    LogIndex Match)
    : RaftMessage(From, To, Term);
