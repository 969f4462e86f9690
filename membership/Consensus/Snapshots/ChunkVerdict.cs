namespace Cluster.Consensus;

/// <summary>What became of a chunk that arrived.</summary>
internal enum ChunkVerdict
{
    /// <summary>It brought nothing that was not here: a repetition, or the question how far the receiver is.</summary>
    Known,

    /// <summary>It was taken.</summary>
    Taken,

    /// <summary>Something before it is missing; it was dropped.</summary>
    Gap,

    /// <summary>Its bytes are not those its sender checked, or do not belong in the snapshot; it was dropped.</summary>
    Damaged,
}
