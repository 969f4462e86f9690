namespace Cluster.Consensus;

/// <summary>What a voter must remember across restarts besides its log (Raft figure 2): its term, its vote in it, and an intent.</summary>
/// <param name="Term">The greatest term it has heard of.</param>
/// <param name="VotedFor">
/// Its vote in that term, or <see cref="NodeId.None"/>. 4294967295 marks a node that is being brought in and may not vote yet.
/// </param>
/// <param name="Standoff">That it means to have the other of two voters stopped; mostly none.</param>
public readonly record struct HardState(Term Term, NodeId VotedFor, Standoff Standoff = default);
