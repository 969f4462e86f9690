using System.Buffers.Binary;
using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Reads the segments of a log in order and builds what they say. Reads only: whatever is refused stays as it was found.
/// </summary>
internal sealed class LogReplay(IStorageDevice device)
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<int> _offsets = [];
    private HardState _hardState;
    private uint _chain;
    private ulong _sequence;
    private ulong _proven;
    private RecordType _lastType;

    /// <summary>The header of the last segment.</summary>
    public SegmentHeader? Last { get; private set; }

    /// <summary>The bytes of the last segment; what the file lacks at its end is zero.</summary>
    public byte[] Image { get; private set; } = [];

    /// <summary>Where the next record goes in the last segment.</summary>
    public int End { get; private set; }

    /// <summary>
    /// Where the records of the last segment begin that nothing behind them proves to be on disk. They were read, perhaps from
    /// memory only: before they count, they have to be written and synced again.
    /// </summary>
    public int UnprovenFrom
    {
        get
        {
            ulong first = _proven + 1;
            ulong inSegment = first <= Last!.FirstSequence ? 0 : first - Last.FirstSequence;
            return inSegment < (ulong)_offsets.Count ? _offsets[(int)inSegment] : End;
        }
    }

    /// <summary>The check that the next record has to name.</summary>
    public uint Chain => _chain;

    /// <summary>The number of the last record.</summary>
    public ulong Sequence => _sequence;

    /// <summary>True when the last record is a mark, so that the close that made it was clean.</summary>
    public bool EndsWithMark => _lastType == RecordType.Mark;

    /// <summary>The index of the last entry.</summary>
    public ulong LastIndex => (ulong)_entries.Count;

    /// <summary>Everything read.</summary>
    public RecoveredLog Recovered => new(_hardState, null, _entries);

    /// <summary>Reads all segments.</summary>
    /// <exception cref="CorruptLogException">A segment holds, or lacks, what no crash explains.</exception>
    public void Run(IReadOnlyList<string> segments)
    {
        for (int i = 0; i < segments.Count; i++)
        {
            string file = device.Describe(segments[i]);
            ReadSegment(segments[i], file, (ulong)i + 1, isLast: i == segments.Count - 1);
        }
    }

    private void ReadSegment(string name, string file, ulong number, bool isLast)
    {
        SegmentHeader header = Load(name, file);
        CheckHeader(header, file, number);
        Last = header;
        _chain = header.Check;
        _offsets.Clear();
        int offset = SegmentHeader.PageBytes;
        while (TryReadRecord(header, offset, out RecordHeader record))
        {
            Apply(record, offset, file);
            _offsets.Add(offset);
            offset += record.RecordBytes;
        }

        End = offset;
        if (!Image.AsSpan(offset).ContainsAnyExcept((byte)0))
        {
            return;
        }

        if (!isLast)
        {
            // The next segment was made only after this one had been synced.
            throw new CorruptLogException(file, offset, $"record {_sequence + 1} is damaged, and a later segment exists");
        }

        TornTail.Require(Image, offset, header.RecordSalt, _sequence + 1, file);
    }

    private SegmentHeader Load(string name, string file)
    {
        using IDurableFile segment = device.Open(name);
        byte[] page = new byte[SegmentHeader.PageBytes];
        int read = segment.Read(0, page);
        SegmentHeader header = SegmentHeader.Decode(page.AsSpan(0, read), file);
        if (Image.Length != header.SegmentBytes)
        {
            Image = new byte[header.SegmentBytes];
        }

        Image.AsSpan(segment.Read(0, Image)).Clear();
        return header;
    }

    private void CheckHeader(SegmentHeader header, string file, ulong number)
    {
        string? finding = null;
        if (header.Number != number)
        {
            finding = $"this is segment {header.Number}, and segment {number} is missing";
        }
        else if (Last is { } before && (header.Salt != before.Salt))
        {
            finding = "this segment belongs to another log";
        }
        else if (header.FirstSequence != _sequence + 1 || header.Previous != (number == 1 ? 0 : _chain))
        {
            finding = $"the segment begins with record {header.FirstSequence}, but the one before it ends with {_sequence}";
        }
        else if (header.NextIndex != LastIndex + 1 || header.HardState != _hardState)
        {
            finding = "the segment does not begin with the state with which the one before it ends";
        }

        if (finding is not null)
        {
            throw new CorruptLogException(file, 0, finding);
        }
    }

    private bool TryReadRecord(SegmentHeader segment, int offset, out RecordHeader record) =>
        RecordHeader.TryRead(Image.AsSpan(offset), segment.RecordSalt, out record)
        && record.Previous == _chain
        && record.Sequence == _sequence + 1
        && record.BodyIsWhole(Image.AsSpan(offset));

    private void Apply(RecordHeader record, int offset, string file)
    {
        ReadOnlySpan<byte> payload = Image.AsSpan(offset + RecordHeader.Bytes, record.Length);
        switch (record.Type)
        {
            case RecordType.HardState when payload.Length == 4:
                var vote = new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(payload));
                _hardState = new HardState(new Term(record.Term), vote);
                break;
            case RecordType.Entry when record.Index == LastIndex + 1:
                _entries.Add(new LogEntry(
                    new LogIndex(record.Index), new Term(record.Term), (EntryKind)record.Kind, payload.ToArray()));
                break;
            case RecordType.Truncate when record.Index >= 1 && record.Index <= LastIndex + 1:
                _entries.RemoveRange((int)record.Index - 1, _entries.Count - (int)record.Index + 1);
                break;
            case RecordType.Mark:
                break;
            default:
                throw new CorruptLogException(
                    file,
                    offset,
                    $"record {record.Sequence} (type {(byte)record.Type}, index {record.Index}) can't follow index {LastIndex}");
        }

        _lastType = record.Type;
        _chain = record.Check;
        _sequence = record.Sequence;
        _proven = Math.Max(_proven, record.Proven);
    }
}
