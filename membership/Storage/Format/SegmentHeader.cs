using System.Buffers.Binary;
using Cluster.Consensus;

namespace Cluster.Storage.Format;

/// <summary>
/// The first page of a segment, version 1, little-endian. It is on disk before the segment gets its name, so a named segment
/// without a whole header was damaged.
/// <code>
///  0  8 bytes  "CLSTRWAL"
///  8  u32  version (1)
/// 12  u32  previous   check of the last record of the segment before; 0 in the first
/// 16  u64  salt       drawn when the log was made; the same in all its segments
/// 24  u64  number     of the segment, from 1
/// 32  u64  sequence   of its first record
/// 40  u64  index      of the entry that would come next
/// 48  u64  bytes      of the segment, this page included
/// 56  u64  term       hard state at this point: with it and a snapshot, older segments can be dropped
/// 64  u32  vote
/// 68  u32  check      CRC-32C over bytes 0..67
/// </code>
/// The rest of the page is zero.
/// </summary>
internal sealed record SegmentHeader
{
    /// <summary>Where the records begin.</summary>
    public const int PageBytes = 4096;

    private const int CheckOffset = 68;
    private const uint Version = 1;

    private static ReadOnlySpan<byte> Magic => "CLSTRWAL"u8;

    public required uint Previous { get; init; }

    public required ulong Salt { get; init; }

    public required ulong Number { get; init; }

    public required ulong FirstSequence { get; init; }

    public required ulong NextIndex { get; init; }

    public required int SegmentBytes { get; init; }

    public required HardState HardState { get; init; }

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
        page.Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], Previous);
        BinaryPrimitives.WriteUInt64LittleEndian(page[16..], Salt);
        BinaryPrimitives.WriteUInt64LittleEndian(page[24..], Number);
        BinaryPrimitives.WriteUInt64LittleEndian(page[32..], FirstSequence);
        BinaryPrimitives.WriteUInt64LittleEndian(page[40..], NextIndex);
        BinaryPrimitives.WriteInt64LittleEndian(page[48..], SegmentBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(page[56..], HardState.Term.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(page[64..], HardState.VotedFor.Value);
        uint check = Crc32C.Of(page[..CheckOffset]);
        BinaryPrimitives.WriteUInt32LittleEndian(page[CheckOffset..], check);
        return this with { Check = check };
    }

    /// <summary>Reads a page.</summary>
    /// <exception cref="CorruptLogException">It is not a whole header of a version that this program knows.</exception>
    public static SegmentHeader Decode(ReadOnlySpan<byte> page, string file)
    {
        if (page.Length < PageBytes || !page.StartsWith(Magic))
        {
            throw new CorruptLogException(file, 0, "the segment header is missing");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[8..]);
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(page[CheckOffset..]);
        if (check != Crc32C.Of(page[..CheckOffset]) || page[(CheckOffset + 4)..PageBytes].ContainsAnyExcept((byte)0))
        {
            throw new CorruptLogException(file, 0, "the segment header fails its check");
        }

        long segmentBytes = BinaryPrimitives.ReadInt64LittleEndian(page[48..]);
        if (version != Version || segmentBytes is < PageBytes or > int.MaxValue)
        {
            throw new CorruptLogException(
                file, 0, $"the segment has format version {version}, {segmentBytes} bytes; this program reads version {Version}");
        }

        return new SegmentHeader
        {
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(page[12..]),
            Salt = BinaryPrimitives.ReadUInt64LittleEndian(page[16..]),
            Number = BinaryPrimitives.ReadUInt64LittleEndian(page[24..]),
            FirstSequence = BinaryPrimitives.ReadUInt64LittleEndian(page[32..]),
            NextIndex = BinaryPrimitives.ReadUInt64LittleEndian(page[40..]),
            SegmentBytes = (int)segmentBytes,
            HardState = new HardState(
                new Term(BinaryPrimitives.ReadUInt64LittleEndian(page[56..])),
                new NodeId(BinaryPrimitives.ReadUInt32LittleEndian(page[64..]))),
            Check = check,
        };
    }
}
