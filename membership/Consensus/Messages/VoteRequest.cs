namespace Cluster.Consensus;

/// <summary>
/// Asks for a vote (Raft §5.2). Sent once the candidate's vote for itself is on disk, and repeated in its term.
/// </summary>
/// <param name="From">The candidate.</param>
/// <param name="To">The voter asked.</param>
/// <param name="Term">The term the candidate stands in.</param>
/// <param name="LastIndex">The last entry in the candidate's log.</param>
/// <param name="LastTerm">The term of that entry.</param>
public sealed record VoteRequest(NodeId From, NodeId To, Term Term, LogIndex LastIndex, Term LastTerm)
    : RaftMessage(From, To, Term);
