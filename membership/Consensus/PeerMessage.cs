namespace Cluster.Consensus;

/// <summary>
/// A message between two nodes of the cluster that is not the consensus engine's own (<see cref="RaftMessage"/>). The cores above
/// derive theirs; the transport carries them without looking inside. Messages may be lost, repeated, delayed and reordered.
/// </summary>
public abstract record PeerMessage(NodeId From, NodeId To);
