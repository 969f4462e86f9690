namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>
/// The four bytes in front of every packet (IPMI 2.0, section 13.1.3; ASF 2.0): version 6, reserved, sequence number 255
/// (no RMCP acknowledgement wanted), message class 7 (IPMI).
/// </summary>
internal static class RmcpHeader
{
    public const int Length = 4;

    /// <summary>Authentication type "none" of the IPMI 1.5 session header.</summary>
    public const byte AuthenticationNone = 0x00;

    /// <summary>Authentication type that marks the RMCP+ session header.</summary>
    public const byte AuthenticationRmcpPlus = 0x06;

    public static ReadOnlySpan<byte> Bytes => [0x06, 0x00, 0xFF, 0x07];

    /// <summary>Whether a packet is an IPMI one of the given authentication type.</summary>
    public static bool Starts(ReadOnlySpan<byte> packet, byte authenticationType) =>
        packet.Length > Length
        && packet[0] == 0x06
        && packet[3] == 0x07
        && packet[Length] == authenticationType;
}
