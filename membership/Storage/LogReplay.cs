using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage;

/// <summary>
/// Reads the segments of a log in order and builds what they say. Reads only: whatever is refused stays as it was found.
/// </summary>
/// <param name="device">The folder.</param>
/// <param name="keepEntries">False to check only: then no entry is kept in memory.</param>
/// <param name="readAhead">True to read the next segment on another thread meanwhile.</param>
/// <param name="mutations">Promises to break, for the simulator's canaries only.</param>
internal sealed class LogReplay(
    IStorageDevice device, bool keepEntries = true, bool readAhead = true, StorageMutations mutations = StorageMutations.None)
{
    private const ulong MaxReserve = 1 << 24;

    private readonly List<LogEntry> _entries = [];
    private readonly List<int> _offsets = [];
    private LogState? _state;
    private SegmentImage? _image;
    private ulong _firstEntry;
    private uint _salt;
    private uint _chain;
    private ulong _sequence;
    private ulong _proven;
    private RecordType _lastType;

    /// <summary>The header of the last segment.</summary>
    public SegmentHeader Last => _image!.Header;

    /// <summary>The last segment.</summary>
    public SegmentImage Image => _image!;

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
            ulong inSegment = first <= Last.FirstSequence ? 0 : first - Last.FirstSequence;
            return inSegment < (ulong)_offsets.Count ? _offsets[(int)inSegment] : End;
        }
    }

    /// <summary>The check that the next record has to name.</summary>
    public uint Chain => _chain;

    /// <summary>The number of the last record.</summary>
    public ulong Sequence => _sequence;

    /// <summary>True when the last record is a mark, so that the close that made it was clean.</summary>
    public bool EndsWithMark => _lastType == RecordType.Mark;

    /// <summary>True once the first segment has been begun.</summary>
    public bool HasBegun => _state is not null;

    /// <summary>Where the log stands, or stood where it was found damaged.</summary>
    public LogState State => _state!;

    /// <summary>The entries that are kept, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>Reads all segments.</summary>
    /// <exception cref="CorruptLogException">A segment holds, or lacks, what no crash explains.</exception>
    /// <exception cref="IOException">A segment can't be read.</exception>
    public void Run(IReadOnlyList<string> segments)
    {
        Task<SegmentImage>? ahead = null;
        ReserveEntries(segments);
        try
        {
            for (int i = 0; i < segments.Count; i++)
            {
                SegmentImage image = ahead is null ? SegmentImage.Load(device, segments[i]) : ahead.GetAwaiter().GetResult();
                string? next = readAhead && i + 1 < segments.Count ? segments[i + 1] : null;
                ahead = next is null ? null : Task.Run(() => SegmentImage.Load(device, next));
                ReadSegment(image, isLast: i == segments.Count - 1);
            }
        }
        finally
        {
            // Nobody may close the folder while it is read. What was read ahead of a refusal is of no interest.
            if (ahead is not null)
            {
                Task.WaitAny(ahead);
            }
        }

        RequireComplete(segments);
    }

    /// <summary>Headers tell how many records there are up to the last segment; growing the list in steps would copy it over and over.</summary>
    private void ReserveEntries(IReadOnlyList<string> segments)
    {
        if (keepEntries && segments.Count > 1)
        {
            ulong from = SegmentImage.LoadHeader(device, segments[0]).FirstSequence;
            ulong to = SegmentImage.LoadHeader(device, segments[^1]).FirstSequence;
            _entries.Capacity = to > from ? (int)Math.Min(to - from, MaxReserve) : 0;
        }
    }

    private void ReadSegment(SegmentImage image, bool isLast)
    {
        CheckHeader(image.Header, image.File);
        _image = image;
        _salt = image.Header.RecordSalt;
        _chain = image.Header.Check;
        _offsets.Clear();
        int offset = SegmentHeader.PageBytes;
        while (image.TryRead(offset, _salt, _chain, _sequence, out RecordHeader record))
        {
            Apply(image, record, offset);
            if (isLast)
            {
                _offsets.Add(offset);
            }

            offset += record.RecordBytes;
        }

        End = offset;
        if (offset >= image.Used)
        {
            return;
        }

        if (!isLast)
        {
            // The next segment was made only after this one had been synced.
            throw new CorruptLogException(image.File, offset, $"record {_sequence + 1} is damaged, and a later segment exists");
        }

        if (Breaks(StorageMutations.TornTailRefused))
        {
            throw new CorruptLogException(image.File, offset, $"record {_sequence + 1} is damaged");
        }

        TornTail.Require(image.Bytes, offset, _salt, _sequence + 1, image.File);
    }

    private void CheckHeader(SegmentHeader header, string file)
    {
        if (_image is null)
        {
            // The segments before the first one were dropped for a snapshot; that none is missing shows at the end.
            _state = new LogState(header);
            _sequence = header.FirstSequence - 1;
            _firstEntry = header.NextIndex;
            if (header.Number == 1 && (header.FirstSequence != 1 || header.Previous != 0 || header.NextIndex != 1))
            {
                throw new CorruptLogException(file, 0, "the first segment does not begin with the first record");
            }

            return;
        }

        string? finding = null;
        if (header.Number != Last.Number + 1)
        {
            finding = $"this is segment {header.Number}, and segment {Last.Number + 1} is missing";
        }
        else if (header.Salt != Last.Salt)
        {
            finding = "this segment belongs to another log";
        }
        else if (header.FirstSequence != _sequence + 1 || header.Previous != _chain)
        {
            finding = $"the segment begins with record {header.FirstSequence}, but the one before it ends with {_sequence}";
        }
        else if (!State.IsAsIn(header))
        {
            finding = "the segment does not begin with the state with which the one before it ends";
        }

        if (finding is not null)
        {
            throw new CorruptLogException(file, 0, finding);
        }
    }

    private void RequireComplete(IReadOnlyList<string> segments)
    {
        if (!State.IsComplete && SegmentName.TryParse(segments[0], out ulong first))
        {
            throw new CorruptLogException(
                device.Describe(segments[0]),
                0,
                $"segment {first - 1} is missing: entries before {State.First} are needed, and no snapshot holds them");
        }
    }

    private void Apply(SegmentImage image, in RecordHeader record, int offset)
    {
        ReadOnlyMemory<byte> payload = image.Kept.AsMemory(offset + RecordHeader.Bytes, record.Length);
        bool fits = record.Type switch
        {
            RecordType.HardState => TrySetHardState(image.Header.Version, record, payload.Span),
            RecordType.Entry => TryAppend(image.Header.Number, record, payload),
            RecordType.Truncate => TryTruncate(record.Index),
            RecordType.UseSnapshot => TryUse(record, payload.Span),
            RecordType.Mark => true,
            _ => false,
        };
        if (!fits)
        {
            throw new CorruptLogException(
                image.File,
                offset,
                $"record {record.Sequence} (type {(byte)record.Type}, index {record.Index}) can't follow index "
                    + $"{State.NextIndex - 1} and snapshot {State.Snapshot?.Index.Value ?? 0}");
        }

        _lastType = record.Type;
        _chain = record.Check;
        _sequence = record.Sequence;
        _proven = Math.Max(_proven, record.Proven);
    }

    private bool TrySetHardState(uint version, in RecordHeader record, ReadOnlySpan<byte> payload)
    {
        if (HardStateBytes.Read(version, record.Term, payload) is not { } state)
        {
            return false;
        }

        State.HardState = state;
        return true;
    }

    private bool TryAppend(ulong segment, in RecordHeader record, ReadOnlyMemory<byte> payload)
    {
        if (!State.TryAppend(record.Index, segment))
        {
            return false;
        }

        if (keepEntries)
        {
            int place = (int)(record.Index - _firstEntry);
            if (place < _entries.Count && Breaks(StorageMutations.TruncationNotReplayed))
            {
                _entries.RemoveAt(place);
                _entries.Insert(place, new LogEntry(new LogIndex(record.Index), new Term(record.Term), (EntryKind)record.Kind, payload));
                return true;
            }

            _entries.Add(new LogEntry(new LogIndex(record.Index), new Term(record.Term), (EntryKind)record.Kind, payload));
        }

        return true;
    }

    private bool Breaks(StorageMutations mutation) => (mutations & mutation) != 0;

    private bool TryTruncate(ulong from)
    {
        if (!State.TryTruncate(from))
        {
            return false;
        }

        if (Breaks(StorageMutations.TruncationNotReplayed))
        {
            return true;
        }

        int kept = from > _firstEntry ? (int)Math.Min(from - _firstEntry, (ulong)_entries.Count) : 0;
        _entries.RemoveRange(kept, _entries.Count - kept);
        _firstEntry = Math.Min(_firstEntry, from);
        return true;
    }

    private bool TryUse(in RecordHeader record, ReadOnlySpan<byte> payload)
    {
        SnapshotReference reference;
        try
        {
            reference = SnapshotReference.From(SnapshotReferenceRecord.Parser.ParseFrom(payload));
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }

        if (reference.Index.Value != record.Index || reference.Term.Value != record.Term || !State.TryUse(reference))
        {
            return false;
        }

        if (reference.ReplacesLog)
        {
            _entries.Clear();
            _firstEntry = reference.KeepFrom.Value;
        }
        else
        {
            DropBefore(reference.KeepFrom.Value);
        }

        return true;
    }

    private void DropBefore(ulong index)
    {
        if (index > _firstEntry)
        {
            int dropped = (int)Math.Min(index - _firstEntry, (ulong)_entries.Count);
            _entries.RemoveRange(0, dropped);
            _firstEntry = index;
        }
    }
}
