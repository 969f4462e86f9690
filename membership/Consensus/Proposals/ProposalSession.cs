namespace Cluster.Consensus;

/// <summary>
/// One proposer's sequence of proposals: a node in one life of its process. Another life is another session, so that its numbers may
/// begin anew.
/// </summary>
/// <param name="Node">The proposing node.</param>
/// <param name="Life">Tells the lives of that node's process apart; random, or taken from something that is.</param>
public readonly record struct ProposalSession(NodeId Node, ulong Life);
