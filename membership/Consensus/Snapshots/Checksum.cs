using System.Buffers.Binary;
using System.Numerics;

namespace Cluster.Consensus;

/// <summary>CRC-32C (Castagnoli; RFC 3720 appendix B.4) over snapshots and their chunks.</summary>
internal static class Checksum
{
    /// <summary>
    /// The check value of <paramref name="data"/>, or of everything before and <paramref name="data"/> when <paramref
    /// name="before"/> is the check value of what came before.
    /// </summary>
    public static uint Of(ReadOnlySpan<byte> data, uint before = 0)
    {
        uint crc = ~before;
        while (data.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[sizeof(ulong)..];
        }

        foreach (byte b in data)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return ~crc;
    }
}
