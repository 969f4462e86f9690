namespace Cluster.Consensus;

/// <content>Parts of snapshots, and their answers.</content>
public readonly partial record struct RaftMessage
{
    /// <summary>A <see cref="RaftMessageKind.SnapshotChunk"/>.</summary>
    /// <param name="from">The leader.</param>
    /// <param name="to">The follower.</param>
    /// <param name="term">The leader's term.</param>
    /// <param name="snapshot">The snapshot it is a part of.</param>
    /// <param name="offer">The number of the newest offer.</param>
    /// <param name="offset">Where the bytes begin.</param>
    /// <param name="data">The bytes; none in an offer.</param>
    /// <param name="checksum">CRC-32C of the bytes.</param>
    public static RaftMessage SnapshotChunk(
        NodeId from,
        NodeId to,
        Term term,
        SnapshotMeta snapshot,
        ulong offer,
        long offset,
        ReadOnlyMemory<byte> data,
        uint checksum) => new()
        {
            Kind = RaftMessageKind.SnapshotChunk,
            From = from,
            To = to,
            Term = term,
            Snapshot = snapshot,
            Context = offer,
            Offset = offset,
            Data = data,
            Checksum = checksum,
        };

    /// <summary>A <see cref="RaftMessageKind.SnapshotResponse"/> to a chunk.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The follower's term.</param>
    /// <param name="offer">The chunk's number.</param>
    /// <param name="received">The follower has everything before this offset.</param>
    /// <param name="isBehind">The chunk was dropped: something before it is missing, or it was damaged.</param>
    public static RaftMessage SnapshotResponse(NodeId from, NodeId to, Term term, ulong offer, long received, bool isBehind) => new()
    {
        Kind = RaftMessageKind.SnapshotResponse,
        From = from,
        To = to,
        Term = term,
        Context = offer,
        Offset = received,
        Rejected = isBehind,
    };

    /// <summary>A <see cref="RaftMessageKind.SnapshotResponse"/> that tells that nothing of the snapshot is needed any more.</summary>
    /// <param name="from">The follower.</param>
    /// <param name="to">The leader.</param>
    /// <param name="term">The follower's term.</param>
    /// <param name="index">Everything up to here is on the follower's disk, as a snapshot or as entries: an acknowledgement.</param>
    public static RaftMessage SnapshotInstalled(NodeId from, NodeId to, Term term, LogIndex index) => new()
    {
        Kind = RaftMessageKind.SnapshotResponse,
        From = from,
        To = to,
        Term = term,
        Granted = true,
        Index = index,
    };
}
