using System.Buffers.Binary;

namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>An RMCP+ packet of the session set-up: not encrypted, no integrity code, session 0 (IPMI 2.0, section 13.6).</summary>
internal static class SetupPacket
{
    private const int HeaderLength = RmcpHeader.Length + 12;

    public static byte[] Encode(PayloadType type, ReadOnlySpan<byte> payload)
    {
        var packet = new byte[HeaderLength + payload.Length];
        RmcpHeader.Bytes.CopyTo(packet);
        packet[4] = RmcpHeader.AuthenticationRmcpPlus;
        packet[5] = (byte)type;
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(14), (ushort)payload.Length);
        payload.CopyTo(packet.AsSpan(HeaderLength));
        return packet;
    }

    /// <summary>The payload, if the packet belongs to the session set-up and carries that type.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> packet, PayloadType type, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (!RmcpHeader.Starts(packet, RmcpHeader.AuthenticationRmcpPlus)
            || packet.Length < HeaderLength
            || packet[5] != (byte)type
            || BinaryPrimitives.ReadUInt32LittleEndian(packet[6..]) != 0)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(packet[14..]);
        if (packet.Length < HeaderLength + length)
        {
            return false;
        }

        payload = packet.Slice(HeaderLength, length);
        return true;
    }
}
