using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// The end of the log: encodes records behind the last one, writes them in as few writes as there are segments touched, and rolls
/// over. Knows no failure handling: after any exception its owner must not use it again.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    private readonly IStorageDevice _device;
    private readonly SegmentPreparer _preparer;
    private readonly RecordBuffer _buffer = new();
    private readonly int _segmentBytes;
    private IDurableFile _file;
    private SegmentHeader _segment;
    private readonly uint _salt;
    private int _offset;
    private uint _chain;
    private ulong _sequence;
    private ulong _durable;
    private bool _dirty;

    /// <summary>Goes on behind what <paramref name="replay"/> found, all of which is on disk by now.</summary>
    public SegmentWriter(IStorageDevice device, WriteAheadLogOptions options, IDurableFile file, LogReplay replay)
    {
        _device = device;
        _preparer = new SegmentPreparer(device, options.PrepareTimeout);
        _segmentBytes = options.SegmentBytes;
        _file = file;
        _segment = replay.Last!;
        _salt = _segment.RecordSalt;
        _offset = replay.End;
        _chain = replay.Chain;
        _sequence = replay.Sequence;
        _durable = replay.Sequence;
        EndIsProven = replay.EndsWithMark || replay.Sequence == 0;
    }

    /// <summary>The number of the current segment.</summary>
    public ulong Segment => _segment.Number;

    /// <summary>True when the last record is a mark.</summary>
    public bool EndIsProven { get; private set; }

    /// <summary>True when every record is on disk.</summary>
    public bool IsSynced => _durable == _sequence;

    /// <summary>Bytes of records handed to the operating system.</summary>
    public long BytesWritten { get; private set; }

    /// <summary>True when a record with a payload of so many bytes fits without a roll-over.</summary>
    public bool Fits(int payloadBytes) =>
        RecordHeader.SizeOf(payloadBytes) <= _segment.SegmentBytes - _offset - _buffer.Length;

    /// <summary>Encodes a record; rolls over first when it does not fit.</summary>
    /// <param name="header">Type, kind, term and index; the rest is filled in.</param>
    /// <param name="payload">What it carries.</param>
    /// <param name="hardState">The hard state before this record, for a new segment's header.</param>
    /// <param name="nextIndex">The index of the entry that comes next, before this record, for the same.</param>
    public void Add(RecordHeader header, ReadOnlySpan<byte> payload, HardState hardState, ulong nextIndex)
    {
        if (!Fits(payload.Length))
        {
            Flush();
            Roll(RecordHeader.SizeOf(payload.Length), hardState, nextIndex);
        }

        _sequence++;
        header = header with
        {
            Previous = _chain,
            Sequence = _sequence,
            Unsynced = checked((uint)(_sequence - 1 - _durable)),
        };
        _chain = RecordHeader.Encode(_buffer.Add(RecordHeader.SizeOf(payload.Length)), _salt, header, payload);
        EndIsProven = header.Type == RecordType.Mark;
    }

    /// <summary>Hands what was encoded to the operating system in one write.</summary>
    public void Flush()
    {
        if (_buffer.Length == 0)
        {
            return;
        }

        _file.Write(_offset, _buffer.Written);
        _dirty = true;
        _offset += _buffer.Length;
        BytesWritten += _buffer.Length;
        _buffer.Clear();

        // Early enough that the next segment is ready when it is needed, late enough that a quiet log has only one.
        if (_offset > _segment.SegmentBytes / 2 && !_preparer.HasBegun)
        {
            _preparer.Begin(_segmentBytes);
        }
    }

    /// <summary>Returns when everything flushed is on disk.</summary>
    public void Sync()
    {
        if (_dirty)
        {
            _file.Sync();
            _dirty = false;
        }

        _durable = _sequence;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _preparer.Dispose();
        _file.Dispose();
    }

    /// <summary>Puts the first page on a file of zeros and gives it its name, all durably.</summary>
    public static SegmentHeader Name(IStorageDevice device, IDurableFile file, SegmentHeader header)
    {
        byte[] page = new byte[SegmentHeader.PageBytes];
        header = header.Encode(page);
        file.Write(0, page);
        file.Sync();
        device.Rename(SegmentName.Next, SegmentName.Of(header.Number));
        device.SyncDirectory();
        return header;
    }

    private void Roll(int recordBytes, HardState hardState, ulong nextIndex)
    {
        // A segment is never begun before the one before it is safe: replay relies on it to tell damage from a torn write.
        Sync();
        int bytes = Math.Max(_segmentBytes, SegmentHeader.PageBytes + ((recordBytes + 4095) & ~4095));
        IDurableFile next = _preparer.Take(bytes);
        try
        {
            SegmentHeader header = Name(_device, next, new SegmentHeader
            {
                Previous = _chain,
                Salt = _segment.Salt,
                Number = _segment.Number + 1,
                FirstSequence = _sequence + 1,
                NextIndex = nextIndex,
                SegmentBytes = bytes,
                HardState = hardState,
            });
            (_file, next) = (next, _file);
            _segment = header;
            _chain = header.Check;
            _offset = SegmentHeader.PageBytes;
        }
        finally
        {
            next.Dispose();
        }
    }
}
