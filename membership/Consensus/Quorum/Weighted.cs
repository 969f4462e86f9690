namespace Cluster.Consensus.Quorum;

/// <summary>What one voter says or has reached, and what its vote counts.</summary>
/// <param name="Value">The value.</param>
/// <param name="Votes">At least 1.</param>
internal readonly record struct Weighted<T>(T Value, int Votes);
