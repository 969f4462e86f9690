namespace Cluster.Consensus;

/// <summary>What a voter must remember across restarts besides its log (Raft figure 2): its term and its vote in it.</summary>
/// <param name="Term">The greatest term it has heard of.</param>
/// <param name="VotedFor">
/// Its vote in that term, or <see cref="NodeId.None"/>. 4294967295 marks a node that is being brought in and may not vote yet.
/// </param>
public readonly record struct HardState(Term Term, NodeId VotedFor);
