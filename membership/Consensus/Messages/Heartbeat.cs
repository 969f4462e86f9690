namespace Cluster.Consensus;

/// <summary>
/// Shows that the leader lives, and tells how far the log is committed. Small, never behind a log write: to be sent ahead of
/// append messages.
/// </summary>
/// <param name="From">The leader.</param>
/// <param name="To">The follower.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="SentAt">When it was sent by the leader's clock; comes back unread.</param>
/// <param name="Commit">The leader's commit index.</param>
/// <param name="Match">What the follower has acknowledged in this term; tells it after a restart what it need not be
/// sent.</param>
public sealed record Heartbeat(NodeId From, NodeId To, Term Term, MonotonicTime SentAt, LogIndex Commit, LogIndex Match)
    : RaftMessage(From, To, Term);
