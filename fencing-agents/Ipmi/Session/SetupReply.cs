using System.Buffers.Binary;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// A BMC's message of the session set-up. All of them begin alike: tag, status, two more bytes, our session's number; what follows
/// is there only when the status is good.
/// </summary>
internal sealed record SetupReply(byte Tag, byte Status, uint ConsoleSession, byte[] Rest)
{
    private const int CommonLength = 8;

    /// <summary>Reads one; null when it is cut short.</summary>
    public static SetupReply? Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
        {
            return null;
        }

        // Some BMCs leave everything after the status out of a refusal.
        var whole = payload.Length >= CommonLength;
        if (!whole && payload[1] == RmcpStatus.Ok)
        {
            return null;
        }

        return new SetupReply(
            payload[0],
            payload[1],
            whole ? BinaryPrimitives.ReadUInt32LittleEndian(payload[4..]) : 0,
            whole ? payload[CommonLength..].ToArray() : []);
    }

    /// <summary>The BMC's session number from an Open Session Response that agreed to exactly the suite that was proposed.</summary>
    public uint? OpenedWith(CipherSuite suite)
    {
        if (Rest.Length < 28
            || Rest[8] != suite.Authentication
            || Rest[16] != suite.Integrity
            || Rest[24] != suite.Confidentiality)
        {
            return null;
        }

        var session = BinaryPrimitives.ReadUInt32LittleEndian(Rest);
        return session == 0 ? null : session;
    }

    /// <summary>The BMC's random bytes, identity and proof from RAKP message 2; null when it is cut short.</summary>
    public (byte[] Random, byte[] Guid, byte[] Proof)? Rakp2(CipherSuite suite) =>
        Rest.Length < 32 + suite.HashLength ? null : (Rest[..16], Rest[16..32], Rest[32..(32 + suite.HashLength)]);

    /// <summary>The BMC's proof from RAKP message 4; null when it is cut short.</summary>
    public byte[]? Rakp4(CipherSuite suite) =>
        Rest.Length < suite.IntegrityLength ? null : Rest[..suite.IntegrityLength];
}
