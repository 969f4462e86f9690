namespace Cluster.Consensus;

/// <summary>Replicates entries (Raft §5.3). May be sent before they are on the leader's own disk (thesis §10.2.1).</summary>
/// <param name="From">The leader.</param>
/// <param name="To">The follower.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="PrevIndex">The entry before the first of <paramref name="Entries"/>.</param>
/// <param name="PrevTerm">The term of that entry.</param>
/// <param name="Commit">The leader's commit index.</param>
/// <param name="Entries">The entries, without gap; at least one from this engine, though none is understood.</param>
public sealed record AppendRequest(
    NodeId From,
    NodeId To,
    Term Term,
    LogIndex PrevIndex,
    Term PrevTerm,
    LogIndex Commit,
    IReadOnlyList<LogEntry> Entries)
    : RaftMessage(From, To, Term);
