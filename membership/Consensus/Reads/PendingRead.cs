namespace Cluster.Consensus;

/// <summary>A read bound to a round of heartbeats.</summary>
/// <param name="Context">The asker's mark.</param>
/// <param name="Asker">The node that asked; this one or a follower.</param>
/// <param name="Index">What the asker must have applied before it reads.</param>
/// <param name="Stamp">The stamp of the heartbeats that confirm it.</param>
internal readonly record struct PendingRead(ulong Context, NodeId Asker, LogIndex Index, MonotonicTime Stamp);
