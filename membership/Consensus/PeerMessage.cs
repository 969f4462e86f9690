namespace Cluster.Consensus;

/// <summary>
/// A message between two nodes of the cluster. Engines and the cores above derive their own; the transport carries them
/// without looking inside. Messages may be lost, repeated, delayed and reordered.
/// </summary>
public abstract record PeerMessage(NodeId From, NodeId To);
