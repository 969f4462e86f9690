namespace Cluster.Consensus;

/// <summary>Asks whether the receiver would vote for the sender (pre-vote, Raft thesis §9.6). Changes nobody's term.</summary>
/// <param name="From">The node that thinks of standing.</param>
/// <param name="To">The voter asked.</param>
/// <param name="Term">The term the sender would stand in: the one after its current term.</param>
/// <param name="LastIndex">The last entry in the sender's log.</param>
/// <param name="LastTerm">The term of that entry.</param>
public sealed record PreVoteRequest(NodeId From, NodeId To, Term Term, LogIndex LastIndex, Term LastTerm)
    : RaftMessage(From, To, Term);
