namespace Cluster.Consensus;

/// <summary>Answers a <see cref="PreVoteRequest"/>. A grant promises nothing.</summary>
/// <param name="From">The voter asked.</param>
/// <param name="To">The node that asked.</param>
/// <param name="Term">On a grant the term that was asked about; on a refusal the voter's own, so that a node that fell behind
/// catches up.</param>
/// <param name="Granted">Whether the voter would vote for the sender.</param>
public sealed record PreVoteResponse(NodeId From, NodeId To, Term Term, bool Granted) : RaftMessage(From, To, Term);
