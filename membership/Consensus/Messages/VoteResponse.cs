namespace Cluster.Consensus;

/// <summary>
/// Answers a <see cref="VoteRequest"/>. A grant was on disk before it was sent, and promises that the voter will help nobody
/// else to lead for one minimum election timeout from the moment the request reached it.
/// </summary>
/// <param name="From">The voter.</param>
/// <param name="To">The candidate.</param>
/// <param name="Term">The voter's term.</param>
/// <param name="Granted">Whether the vote was given.</param>
public sealed record VoteResponse(NodeId From, NodeId To, Term Term, bool Granted) : RaftMessage(From, To, Term);
