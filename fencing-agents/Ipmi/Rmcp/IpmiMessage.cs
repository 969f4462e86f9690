namespace Cluster.Fencing.Ipmi.Rmcp;

/// <summary>The IPMI LAN message with its two checksums (IPMI 2.0, section 13.8).</summary>
internal static class IpmiMessage
{
    private const byte BmcAddress = 0x20;
    private const byte ConsoleAddress = 0x81;
    private const int RequestOverhead = 7;
    private const int ResponseOverhead = 8;

    /// <summary>The request sequence number has six bits.</summary>
    public const byte SequenceMask = 0x3F;

    public static byte[] Encode(IpmiRequest request, byte sequence)
    {
        var message = new byte[RequestOverhead + request.Data.Length];
        message[0] = BmcAddress;
        message[1] = (byte)((byte)request.Function << 2);
        message[2] = Checksum(message.AsSpan(0, 2));
        message[3] = ConsoleAddress;
        message[4] = (byte)((sequence & SequenceMask) << 2);
        message[5] = request.Command;
        request.Data.CopyTo(message, 6);
        message[^1] = Checksum(message.AsSpan(3, message.Length - 4));
        return message;
    }

    /// <summary>Reads a response; null when it is none, is cut short or has a wrong checksum.</summary>
    public static IpmiResponse? Decode(ReadOnlySpan<byte> message)
    {
        if (message.Length < ResponseOverhead
            || message[0] != ConsoleAddress
            || Checksum(message[..2]) != message[2]
            || Checksum(message[3..^1]) != message[^1])
        {
            return null;
        }

        return new IpmiResponse(
            Function: (byte)(message[1] >> 2),
            Command: message[5],
            Sequence: (byte)(message[4] >> 2),
            CompletionCode: message[6],
            Data: message[7..^1].ToArray());
    }

    // Two's complement: the bytes and their checksum add up to zero.
    private static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var value in bytes)
        {
            sum += value;
        }

        return (byte)-sum;
    }
}
