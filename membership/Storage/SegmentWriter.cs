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
    private int _retryAt;

    /// <summary>Goes on behind what <paramref name="replay"/> found, all of which is on disk by now.</summary>
    public SegmentWriter(IStorageDevice device, WriteAheadLogOptions options, IDurableFile file, LogReplay replay)
    {
        _device = device;
        _preparer = new SegmentPreparer(device, options.PrepareTimeout, options.SingleThreaded);
        _segmentBytes = options.SegmentBytes;
        _file = file;
        _segment = replay.Last;
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

    /// <summary>Why the next segment could not be made ready ahead of time; null when it could.</summary>
    public DiskFullException? PreparationFailure { get; private set; }

    /// <summary>True when a record with a payload of so many bytes fits without a roll-over.</summary>
    public bool Fits(int payloadBytes) =>
        _segment.Version == SegmentHeader.CurrentVersion
        && RecordHeader.SizeOf(payloadBytes) <= _segment.SegmentBytes - _offset - _buffer.Length;

    /// <summary>Encodes a record; rolls over first when it does not fit.</summary>
    /// <param name="header">Type, kind, term and index; the rest is filled in.</param>
    /// <param name="payload">What it carries.</param>
    /// <param name="state">Where the log stands before this record, for a new segment's header.</param>
    public void Add(RecordHeader header, ReadOnlySpan<byte> payload, LogState state)
    {
        if (!Fits(payload.Length))
        {
            Flush();
            Roll(RecordHeader.SizeOf(payload.Length), state);
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

        PrepareNext();
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

    /// <summary>
    /// Early enough that the next segment is ready when it is needed, late enough that a quiet log has only one. A full disk is no
    /// reason to stop while there is room in this segment: it is tried again now and then, and for the last time at the roll-over.
    /// </summary>
    private void PrepareNext()
    {
        if (_preparer.HasBegun)
        {
            PreparationFailure = null;
            return;
        }

        PreparationFailure = _preparer.Failure;
        int begin = _segment.SegmentBytes / 2;
        if (_offset > Math.Max(begin, _retryAt))
        {
            _retryAt = _offset + (_segment.SegmentBytes / 16);
            _preparer.Begin(_segmentBytes);
        }
    }

    private void Roll(int recordBytes, LogState state)
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
                NextIndex = state.NextIndex,
                SegmentBytes = bytes,
                HardState = state.HardState,
                Snapshot = state.Snapshot,
            });
            PreparationFailure = null;
            _retryAt = 0;
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
