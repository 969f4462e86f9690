using System.Buffers.Binary;
using System.Numerics;

namespace Cluster.Runtime.Wire;

/// <summary>
/// Writes the fields of a proto3 message into a buffer of known size, the same bytes as the generated code: fields in order of
/// number, none that has its default value.
/// </summary>
internal ref struct WireWriter(Span<byte> target)
{
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Bytes of a varint field with a one-byte tag; of none when it is zero.</summary>
    public static int SizeOf(ulong value) => value == 0 ? 0 : 1 + VarintSize(value);

    /// <summary>Bytes of a fixed64 field with a one-byte tag; of none when it is zero.</summary>
    public static int SizeOfFixed(long value) => value == 0 ? 0 : 9;

    /// <summary>Bytes of a length-delimited field's length and content, without its tag.</summary>
    public static int SizeOfDelimited(int length) => VarintSize((ulong)length) + length;

    /// <summary>Writes a varint field; nothing when it is zero.</summary>
    public void Field(int number, ulong value)
    {
        if (value != 0)
        {
            Varint((ulong)number << 3);
            Varint(value);
        }
    }

    /// <summary>Writes a fixed64 field; nothing when it is zero.</summary>
    public void FixedField(int number, long value)
    {
        if (value != 0)
        {
            Varint(((ulong)number << 3) | 1);
            BinaryPrimitives.WriteInt64LittleEndian(_target[Length..], value);
            Length += sizeof(long);
        }
    }

    /// <summary>Writes tag and length of a field whose content follows.</summary>
    public void Begin(int number, int length)
    {
        Varint(((ulong)number << 3) | 2);
        Varint((ulong)length);
    }

    /// <summary>Writes content.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Length..]);
        Length += bytes.Length;
    }

    private static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _target[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _target[Length++] = (byte)value;
    }
}
