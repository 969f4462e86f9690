using System.Buffers.Binary;

namespace Cluster.Storage.Format;

/// <summary>
/// The head of a record. All numbers are little-endian; a record begins at a multiple of 8.
/// <code>
///  0  u32  check      CRC-32C over the log's salt (8 bytes) and bytes 4..47
///  4  u32  previous   check of the record before; in a segment's first record: check of the segment header
///  8  u32  payload check   CRC-32C over the payload
/// 12  u32  length     bytes of payload
/// 16  u64  term       of the entry or the hard state, else 0
/// 24  u64  index      of the entry, or the first one truncated, else 0
/// 32  u64  sequence   number of this record in the log, from 1
/// 40  u32  unsynced   how many records right before this one were not known to be on disk when it was written
/// 44  u8   type       <see cref="RecordType"/>
/// 45  u8   kind       of the entry, else 0
/// 46  u16  guard      A5 A5
/// 48  payload, zeros up to 4 below a multiple of 8, then A5 A5 A5 A5
/// </code>
/// The check of the header covers the check of the payload and the check of the record before, so the chain covers everything.
/// A header is whole or not whatever happened to its payload: the extent of a damaged record stays known, and
/// a later record can be read when an earlier one is lost. Both ends are never zero, wherever a sector boundary falls; see
/// <see cref="TornTail"/>, which depends on it.
/// </summary>
internal readonly record struct RecordHeader
{
    /// <summary>Bytes of a header.</summary>
    public const int Bytes = 48;

    /// <summary>Records begin at multiples of this.</summary>
    public const int Alignment = 8;

    private const byte GuardByte = 0xA5;
    private const int TrailerBytes = 4;

    public uint Check { get; init; }

    public uint Previous { get; init; }

    public uint PayloadCheck { get; init; }

    public int Length { get; init; }

    public ulong Term { get; init; }

    public ulong Index { get; init; }

    public ulong Sequence { get; init; }

    public uint Unsynced { get; init; }

    public RecordType Type { get; init; }

    public byte Kind { get; init; }

    /// <summary>Bytes of the whole record.</summary>
    public int RecordBytes => SizeOf(Length);

    /// <summary>The last record that was on disk, for certain, when this one was written.</summary>
    public ulong Proven => Sequence - 1 - Unsynced;

    /// <summary>Bytes of a whole record with a payload of <paramref name="length"/> bytes.</summary>
    public static int SizeOf(int length) => (Bytes + length + TrailerBytes + Alignment - 1) & -Alignment;

    /// <summary>Writes a whole record.</summary>
    /// <returns>Its check, which the next record names.</returns>
    public static uint Encode(Span<byte> target, uint salt, RecordHeader header, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], header.Previous);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Crc32C.Of(payload));
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], header.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], header.Index);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], header.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(target[40..], header.Unsynced);
        target[44] = (byte)header.Type;
        target[45] = header.Kind;
        target[46..Bytes].Fill(GuardByte);
        payload.CopyTo(target[Bytes..]);
        int size = SizeOf(payload.Length);
        target[(Bytes + payload.Length)..(size - TrailerBytes)].Clear();
        target[(size - TrailerBytes)..size].Fill(GuardByte);
        uint check = Crc32C.Of(target[4..Bytes], salt);
        BinaryPrimitives.WriteUInt32LittleEndian(target, check);
        return check;
    }

    /// <summary>Reads a header; false when it is not a whole one of this log.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, uint salt, out RecordHeader header)
    {
        header = default;
        if (source.Length < Bytes || source[46] != GuardByte || source[47] != GuardByte)
        {
            return false;
        }

        uint check = BinaryPrimitives.ReadUInt32LittleEndian(source);
        int length = BinaryPrimitives.ReadInt32LittleEndian(source[12..]);
        if (check != Crc32C.Of(source[4..Bytes], salt) || length is < 0 or > WriteAheadLogOptions.MaxPayloadBytes)
        {
            return false;
        }

        header = new RecordHeader
        {
            Check = check,
            Previous = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]),
            PayloadCheck = BinaryPrimitives.ReadUInt32LittleEndian(source[8..]),
            Length = length,
            Term = BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            Index = BinaryPrimitives.ReadUInt64LittleEndian(source[24..]),
            Sequence = BinaryPrimitives.ReadUInt64LittleEndian(source[32..]),
            Unsynced = BinaryPrimitives.ReadUInt32LittleEndian(source[40..]),
            Type = (RecordType)source[44],
            Kind = source[45],
        };
        return true;
    }

    /// <summary>True when payload, padding and end are as they were written.</summary>
    public bool BodyIsWhole(ReadOnlySpan<byte> record) =>
        record.Length >= RecordBytes
        && Crc32C.Of(record.Slice(Bytes, Length)) == PayloadCheck
        && !record[(Bytes + Length)..(RecordBytes - TrailerBytes)].ContainsAnyExcept((byte)0)
        && !record[(RecordBytes - TrailerBytes)..RecordBytes].ContainsAnyExcept(GuardByte);
}
