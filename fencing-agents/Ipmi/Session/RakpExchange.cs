using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// The key maths of one RAKP exchange (IPMI 2.0, sections 13.20 to 13.32): what console and BMC prove to each other, and the keys
/// that follow from it. There is no separate BMC key (K_g): the user's password takes its place, as the specification says.
/// </summary>
internal sealed class RakpExchange(CipherSuite suite, RakpNonces nonces, byte role, byte[] user)
{
    private const int DerivationConstantLength = 20;

    /// <summary>What the BMC must put into RAKP message 2 to show that it knows the password.</summary>
    public byte[] BmcProof(ReadOnlySpan<byte> password) =>
        suite.Hmac(password, [.. SessionIds(), .. nonces.ConsoleRandom, .. nonces.BmcRandom, .. nonces.BmcGuid, .. RoleAndUser()]);

    /// <summary>What the console puts into RAKP message 3 to show that it knows the password.</summary>
    public byte[] ConsoleProof(ReadOnlySpan<byte> password) =>
        suite.Hmac(password, [.. nonces.BmcRandom, .. LittleEndian(nonces.ConsoleSession), .. RoleAndUser()]);

    /// <summary>The session integrity key.</summary>
    public byte[] SessionKey(ReadOnlySpan<byte> password) =>
        suite.Hmac(password, [.. nonces.ConsoleRandom, .. nonces.BmcRandom, .. RoleAndUser()]);

    /// <summary>What the BMC must put into RAKP message 4 to show that it came to the same session key.</summary>
    public byte[] SessionProof(ReadOnlySpan<byte> sessionKey) =>
        suite.Hmac(sessionKey, [.. nonces.ConsoleRandom, .. LittleEndian(nonces.BmcSession), .. nonces.BmcGuid])
            [..suite.IntegrityLength];

    /// <summary>
    /// K1 (<paramref name="number"/> 1) authenticates packets, the first 16 bytes of K2 (2) encrypt them. The constant is 20
    /// bytes long for either hash: the specification's "block size" is read that way by BMCs and by ipmitool.
    /// </summary>
    public byte[] DerivedKey(ReadOnlySpan<byte> sessionKey, byte number)
    {
        Span<byte> constant = stackalloc byte[DerivationConstantLength];
        constant.Fill(number);
        return suite.Hmac(sessionKey, constant);
    }

    /// <summary>Compares a received proof with the expected one in constant time.</summary>
    public static bool Matches(ReadOnlySpan<byte> received, ReadOnlySpan<byte> expected) =>
        CryptographicOperations.FixedTimeEquals(received, expected);

    private byte[] SessionIds() => [.. LittleEndian(nonces.ConsoleSession), .. LittleEndian(nonces.BmcSession)];

    private byte[] RoleAndUser() => [role, (byte)user.Length, .. user];

    private static byte[] LittleEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
