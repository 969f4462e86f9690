namespace Cluster.Consensus;

/// <summary>The answer to a request for a read barrier (ReadIndex, Raft thesis §6.4).</summary>
/// <param name="Context">The asker's mark.</param>
/// <param name="Index">Once the entry at this index is applied here, a local read sees everything that was committed when it was
/// asked for.</param>
/// <param name="IsRefused">No barrier could be had: ask again, perhaps elsewhere.</param>
public readonly record struct ReadResult(ulong Context, LogIndex Index, bool IsRefused);
