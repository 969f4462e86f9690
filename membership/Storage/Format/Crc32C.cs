using System.Buffers.Binary;
using System.Numerics;

namespace Cluster;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4): initial value and final complement included.</summary>
internal static class Crc32C
{
    /// <summary>
    /// The check value of <paramref name="data"/>, or of everything before and <paramref name="data"/> when <paramref
    /// name="before"/> is the check value of what came before.
    /// </summary>
    public static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        uint crc = ~before;
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        if (data.Length >= 4)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(data));
            data = data[4..];
        }

        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
