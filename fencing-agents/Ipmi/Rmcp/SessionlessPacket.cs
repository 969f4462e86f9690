namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>
/// An IPMI message outside any session, in the IPMI 1.5 format (IPMI 2.0, section 13.6): the only form in which every BMC
/// answers Get Channel Authentication Capabilities.
/// </summary>
internal static class SessionlessPacket
{
    private const int HeaderLength = RmcpHeader.Length + 10;

    public static byte[] Encode(ReadOnlySpan<byte> message)
    {
        var packet = new byte[HeaderLength + message.Length];
        RmcpHeader.Bytes.CopyTo(packet);
        packet[RmcpHeader.Length] = RmcpHeader.AuthenticationNone;
        packet[HeaderLength - 1] = (byte)message.Length;
        message.CopyTo(packet.AsSpan(HeaderLength));
        return packet;
    }

    /// <summary>The message in the packet; false when it is no such packet or is cut short.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> packet, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (!RmcpHeader.Starts(packet, RmcpHeader.AuthenticationNone) || packet.Length < HeaderLength)
        {
            return false;
        }

        var length = packet[HeaderLength - 1];
        if (packet.Length < HeaderLength + length)
        {
            return false;
        }

        message = packet.Slice(HeaderLength, length);
        return true;
    }
}
