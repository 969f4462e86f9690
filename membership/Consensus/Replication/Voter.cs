namespace Cluster.Consensus;

/// <summary>One voter of one half of a configuration.</summary>
/// <param name="Peer">Who votes; null stands for this node.</param>
/// <param name="Votes">What its vote counts in this half.</param>
internal readonly record struct Voter(Peer? Peer, int Votes);
