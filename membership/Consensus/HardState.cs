namespace Cluster.Consensus;

/// <summary>What a voter must remember across restarts besides its log (Raft figure 2): its term and its vote in it.</summary>
public readonly record struct HardState(Term Term, NodeId VotedFor);
