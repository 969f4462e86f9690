using System.Buffers.Binary;

namespace Cluster.Runtime.Wire;

/// <summary>
/// Reads the fields of a proto3 message. Whatever is not plain (an unknown wire type, a bad length, a number out of range) makes
/// <see cref="IsPlain"/> false: such a message is for the generated parser, which knows every rule.
/// </summary>
internal ref struct WireReader(ReadOnlyMemory<byte> source)
{
    private readonly ReadOnlyMemory<byte> _source = source;
    private readonly ReadOnlySpan<byte> _bytes = source.Span;
    private int _at;

    /// <summary>False once something was found that is not plain.</summary>
    public bool IsPlain { get; private set; } = true;

    /// <summary>Reads the next tag.</summary>
    /// <returns>0 at the end, or when the message is not plain.</returns>
    public uint Tag()
    {
        if (_at == _bytes.Length || !IsPlain)
        {
            return 0;
        }

        uint tag = Varint32();
        IsPlain &= tag != 0;
        return tag;
    }

    /// <summary>Declares that the message is not plain.</summary>
    public void GiveUp() => IsPlain = false;

    /// <summary>Reads a varint.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (_at >= _bytes.Length)
            {
                break;
            }

            byte next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        // Longer than 63 bits, or cut off.
        IsPlain = false;
        return 0;
    }

    /// <summary>Reads a varint of 32 bits.</summary>
    public uint Varint32()
    {
        ulong value = Varint();
        IsPlain &= value <= uint.MaxValue;
        return (uint)value;
    }

    /// <summary>Reads a fixed64.</summary>
    public long Fixed64()
    {
        if (_bytes.Length - _at < sizeof(long))
        {
            IsPlain = false;
            return 0;
        }

        _at += sizeof(long);
        return BinaryPrimitives.ReadInt64LittleEndian(_bytes[(_at - sizeof(long))..]);
    }

    /// <summary>Reads a length and takes the content, without copying.</summary>
    public ReadOnlyMemory<byte> Delimited()
    {
        ulong length = Varint();
        if (!IsPlain || length > (ulong)(_bytes.Length - _at))
        {
            IsPlain = false;
            return default;
        }

        _at += (int)length;
        return _source.Slice(_at - (int)length, (int)length);
    }
}
