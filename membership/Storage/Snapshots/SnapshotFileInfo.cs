using Cluster.Consensus;

namespace Cluster.Storage;

/// <summary>A snapshot file in the folder.</summary>
/// <param name="Index">Everything through this entry is in it.</param>
/// <param name="Term">Of that entry.</param>
/// <param name="Path">The file.</param>
/// <param name="Bytes">Of the file.</param>
/// <param name="IsReferenced">True for the one on which the log stands: a restart begins with it.</param>
public sealed record SnapshotFileInfo(LogIndex Index, Term Term, string Path, long Bytes, bool IsReferenced);
