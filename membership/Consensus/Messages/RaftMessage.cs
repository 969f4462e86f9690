namespace Cluster.Consensus;

/// <summary>
/// A message of the Raft engine. Receivers drop what is malformed, what is not addressed to them and what comes from no
/// voter; repeats and reordering do no harm.
/// </summary>
/// <param name="From">The sender, a voter.</param>
/// <param name="To">The receiver, another voter.</param>
/// <param name="Term">The sender's term; in a pre-vote request and its grant, the term that is asked about.</param>
public abstract record RaftMessage(NodeId From, NodeId To, Term Term) : PeerMessage(From, To);
