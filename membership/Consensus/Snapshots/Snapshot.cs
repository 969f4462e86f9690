namespace Cluster.Consensus;

/// <summary>The state of the machine above as of one entry; takes the place of the log up to there (Raft §7).</summary>
/// <param name="Meta">What it is.</param>
/// <param name="State">The state in the owner's own form; never changed afterwards.</param>
public sealed record Snapshot(SnapshotMeta Meta, ReadOnlyMemory<byte> State);
