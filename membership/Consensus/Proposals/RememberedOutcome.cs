namespace Cluster.Consensus;

/// <summary>One outcome a <see cref="DuplicateFilter{TOutcome}"/> remembers, as it stands in a snapshot of the state.</summary>
public readonly record struct RememberedOutcome<TOutcome>(ProposalSession Session, ulong Sequence, TOutcome Outcome);
