using System.Buffers.Binary;
using Cluster.Consensus;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage.Format;

/// <summary>
/// The first page of a segment, little-endian. It is on disk before the segment gets its name, so a named segment
/// without a whole header was damaged.
/// <code>
///  0  8 bytes  "CLSTRWAL"
///  8  u32  version (2)
/// 12  u32  previous   check of the last record of the segment before; 0 in the first
/// 16  u64  salt       drawn when the log was made; the same in all its segments
/// 24  u64  number     of the segment, from 1
/// 32  u64  sequence   of its first record
/// 40  u64  index      of the entry that would come next
/// 48  u64  bytes      of the segment, this page included
/// 56  u32  length     of the state
/// 60  u32  check      CRC-32C over bytes 0..59 and the state
/// 64  state           SegmentStateRecord (records.proto): with it and the snapshot, older segments can be dropped
/// </code>
/// Version 1 (read, no longer written) had at 56 u64 term and u32 vote, at 68 u32 check over bytes 0..67; its hard state records had
/// the vote as 4 bytes, and it knew no snapshots. The rest of the page is zero.
/// </summary>
internal sealed record SegmentHeader
{
    /// <summary>Where the records begin.</summary>
    public const int PageBytes = 4096;

    /// <summary>What is written.</summary>
    public const uint CurrentVersion = 2;

    private const int StateOffset = 64;
    private const int CheckOffset = 60;
    private const int OldCheckOffset = 68;

    private static ReadOnlySpan<byte> Magic => "CLSTRWAL"u8;

    public uint Version { get; init; } = CurrentVersion;

    public required uint Previous { get; init; }

    public required ulong Salt { get; init; }

    public required ulong Number { get; init; }

    public required ulong FirstSequence { get; init; }

    public required ulong NextIndex { get; init; }

    public required int SegmentBytes { get; init; }

    public required HardState HardState { get; init; }

    public required SnapshotReference? Snapshot { get; init; }

    /// <summary>What the first record of the segment names as the one before it.</summary>
    public uint Check { get; init; }

    /// <summary>The check value with which that of every record of this log begins.</summary>
    public uint RecordSalt
    {
        get
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Salt);
            return Crc32C.Of(bytes);
        }
    }

    /// <summary>Fills a page and gives this header with its check.</summary>
    public SegmentHeader Encode(Span<byte> page)
    {
        var state = new SegmentStateRecord
        {
            HardState = HardStateBytes.ToRecord(HardState),
            Snapshot = Snapshot?.ToRecord(),
        };
        int length = state.CalculateSize();
        page.Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], CurrentVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], Previous);
        BinaryPrimitives.WriteUInt64LittleEndian(page[16..], Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(page[24..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(page[32..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(page[40..], NextIndex);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], SegmentBytes);
        BinaryPrimitives.WriteInt32LittleEndian(page[56..], length);
        state.WriteTo(page.Slice(StateOffset, length));
        uint check = Crc32C.Of(page.Slice(StateOffset, length), Crc32C.Of(page[..CheckOffset]));
        BinaryPrimitives.WriteUInt32LittleEndian(page[CheckOffset..], check);
        return this with { Version = CurrentVersion, Check = check };
    }

    /// <summary>Reads a page.</summary>
    /// <exception cref="CorruptLogException">It is not a whole header of a version that this program knows.</exception>
    public static SegmentHeader Decode(ReadOnlySpan<byte> page, string file)
    {
        if (page.Length < PageBytes || !page.StartsWith(Magic))
        {
            throw new CorruptLogException(file, 0, "the segment header is missing");
        }

        page = page[..PageBytes];
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[8..]);
        return version switch
        {
            1 => DecodeOld(page, file),
            CurrentVersion => DecodeCurrent(page, file),
            _ => throw CorruptLogException.UnknownVersion(file, version, $"versions 1 and {CurrentVersion}"),
        };
    }

    private static SegmentHeader DecodeOld(ReadOnlySpan<byte> page, string file)
    {
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(page[OldCheckOffset..]);
        if (check != Crc32C.Of(page[..OldCheckOffset]) || page[(OldCheckOffset + 4)..].ContainsAnyExcept((byte)0))
        {
            throw FailsCheck(file);
        }

        var hardState = new HardState(
            new Term(BinaryPrimitives.ReadUInt64LittleEndian(page[56..])),
            new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(page[64..])));
        return DecodeCommon(page, file, 1, hardState, null, check);
    }

    private static SegmentHeader DecodeCurrent(ReadOnlySpan<byte> page, string file)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(page[56..]);
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(page[CheckOffset..]);
        if (length > PageBytes - StateOffset
            || check != Crc32C.Of(page.Slice(StateOffset, (int)length), Crc32C.Of(page[..CheckOffset]))
            || page[(StateOffset + (int)length)..].ContainsAnyExcept((byte)0))
        {
            throw FailsCheck(file);
        }

        SegmentStateRecord state;
        try
        {
            state = SegmentStateRecord.Parser.ParseFrom(page.Slice(StateOffset, (int)length));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new CorruptLogException(file, StateOffset, $"the state in the segment header can't be decoded ({e.Message})");
        }

        SnapshotReference? snapshot = state.Snapshot is null ? null : SnapshotReference.From(state.Snapshot);
        return DecodeCommon(page, file, CurrentVersion, HardStateBytes.From(state.HardState), snapshot, check);
    }

    private static SegmentHeader DecodeCommon(
        ReadOnlySpan<byte> page, string file, uint version, HardState hardState, SnapshotReference? snapshot, uint check)
    {
        long segmentBytes = BinaryPrimitives.ReadInt64LittleEndian(page[48..]);
        if (segmentBytes < PageBytes || segmentBytes > Array.MaxLength)
        {
            throw new CorruptLogException(file, 48, $"the segment header says that the segment has {segmentBytes} bytes");
        }

        return new SegmentHeader
        {
            Version = version,
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(page[12..]),
            Salt = BinaryPrimitives.ReadUInt64LittleEndian(page[16..]),
            Number = BinaryPrimitives.ReadUInt64LittleEndian(page[24..]),
            FirstSequence = BinaryPrimitives.ReadUInt64LittleEndian(page[32..]),
            NextIndex = BinaryPrimitives.ReadUInt64LittleEndian(page[40..]),
            SegmentBytes = (int)segmentBytes,
            HardState = hardState,
            Snapshot = snapshot,
            Check = check,
        };
    }

    private static CorruptLogException FailsCheck(string file) => new(file, 0, "the segment header fails its check");
}
