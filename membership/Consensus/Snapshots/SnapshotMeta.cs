namespace Cluster.Consensus;

/// <summary>What identifies and describes a snapshot.</summary>
/// <param name="Index">The last entry whose effect it holds.</param>
/// <param name="Term">That entry's term.</param>
/// <param name="Configuration">The configuration in force at that entry.</param>
/// <param name="Bytes">The length of the state.</param>
/// <param name="Checksum">CRC-32C of the state.</param>
public sealed record SnapshotMeta(LogIndex Index, Term Term, ClusterConfiguration Configuration, long Bytes, uint Checksum);
