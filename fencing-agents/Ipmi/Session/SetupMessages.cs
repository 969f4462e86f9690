using System.Buffers.Binary;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>Writes the console's messages of the session set-up (IPMI 2.0, sections 13.17 to 13.24).</summary>
internal static class SetupMessages
{
    /// <summary>Look the user up by name alone, not by name and privilege.</summary>
    public const byte NameOnlyLookup = 0x10;

    public static byte[] OpenSession(byte tag, byte privilege, uint consoleSession, CipherSuite suite)
    {
        var message = new byte[32];
        message[0] = tag;
        message[1] = privilege;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), consoleSession);
        Algorithm(message.AsSpan(8), kind: 0, suite.Authentication);
        Algorithm(message.AsSpan(16), kind: 1, suite.Integrity);
        Algorithm(message.AsSpan(24), kind: 2, suite.Confidentiality);
        return message;
    }

    public static byte[] Rakp1(byte tag, uint bmcSession, byte[] consoleRandom, byte role, byte[] user)
    {
        var message = new byte[28 + user.Length];
        message[0] = tag;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), bmcSession);
        consoleRandom.CopyTo(message, 8);
        message[24] = role;
        message[27] = (byte)user.Length;
        user.CopyTo(message, 28);
        return message;
    }

    public static byte[] Rakp3(byte tag, byte status, uint bmcSession, byte[] proof)
    {
        var message = new byte[8 + proof.Length];
        message[0] = tag;
        message[1] = status;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), bmcSession);
        proof.CopyTo(message, 8);
        return message;
    }

    private static void Algorithm(Span<byte> payload, byte kind, byte number)
    {
        payload[0] = kind;
        payload[3] = 8;
        payload[4] = number;
    }
}
