namespace Cluster.Consensus;

/// <summary>
/// A snapshot that is being received. What has arrived stays while the sender changes or the connection breaks, as long as the
/// snapshot offered is the same one (<see cref="SnapshotMeta"/>: index, term, length and checksum).
/// </summary>
internal sealed class IncomingSnapshot
{
    private readonly byte[] _state;
    private int _received;
    private uint _checksum;

    /// <summary>Makes room for a snapshot of which nothing has arrived.</summary>
    /// <param name="meta">What is going to arrive; its length must have been checked against the limit.</param>
    public IncomingSnapshot(SnapshotMeta meta)
    {
        Meta = meta;
        _state = GC.AllocateUninitializedArray<byte>(checked((int)meta.Bytes));
    }

    /// <summary>Which snapshot it is.</summary>
    public SnapshotMeta Meta { get; }

    /// <summary>How many bytes have arrived without a gap from the first.</summary>
    public long Received => _received;

    /// <summary>True when all bytes are here.</summary>
    public bool IsComplete => _received == _state.Length;

    /// <summary>True when the bytes that are here are those of the whole snapshot.</summary>
    public bool IsSound => IsComplete && _checksum == Meta.Checksum;

    /// <summary>What has arrived. Only to be read once it is complete.</summary>
    public ReadOnlyMemory<byte> State => _state;

    /// <summary>Takes what is new in a chunk.</summary>
    /// <param name="offset">Where in the snapshot the chunk begins.</param>
    /// <param name="data">The bytes; none when the sender only asks how far the receiver is.</param>
    /// <param name="checksum">The CRC-32C of the bytes by the sender.</param>
    /// <param name="ignoresChecksum">Only for the simulator's canaries: takes damaged bytes for good.</param>
    public ChunkVerdict Accept(long offset, ReadOnlySpan<byte> data, uint checksum, bool ignoresChecksum)
    {
        if (offset < 0 || offset > _state.Length || data.Length > _state.Length - offset)
        {
            return ChunkVerdict.Damaged;
        }

        if (!ignoresChecksum && Checksum.Of(data) != checksum)
        {
            return ChunkVerdict.Damaged;
        }

        if (offset > _received)
        {
            return ChunkVerdict.Gap;
        }

        // Another leader may cut the same snapshot into chunks of another size.
        int known = (int)(_received - offset);
        if (known >= data.Length)
        {
            return ChunkVerdict.Known;
        }

        ReadOnlySpan<byte> fresh = data[known..];
        fresh.CopyTo(_state.AsSpan(_received));
        _received += fresh.Length;
        _checksum = ignoresChecksum && IsComplete ? Meta.Checksum : Checksum.Of(fresh, _checksum);
        return ChunkVerdict.Taken;
    }
}
