using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// The cipher suites that are offered (IPMI 2.0, table 22-20). Only these two exist here: suite 0 lets anybody in without a
/// password, 1 and 2 send commands in the clear, 6 to 14 rest on MD5.
/// </summary>
internal sealed class CipherSuite
{
    /// <summary>RAKP-HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128.</summary>
    public static readonly CipherSuite Suite3 = new(3, authentication: 0x01, integrity: 0x01, hashLength: 20, integrityLength: 12);

    /// <summary>RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128.</summary>
    public static readonly CipherSuite Suite17 = new(17, authentication: 0x03, integrity: 0x04, hashLength: 32, integrityLength: 16);

    private CipherSuite(int id, byte authentication, byte integrity, int hashLength, int integrityLength)
    {
        Id = id;
        Authentication = authentication;
        Integrity = integrity;
        HashLength = hashLength;
        IntegrityLength = integrityLength;
    }

    public int Id { get; }

    /// <summary>The authentication algorithm's number (table 13-17).</summary>
    public byte Authentication { get; }

    /// <summary>The integrity algorithm's number (table 13-18).</summary>
    public byte Integrity { get; }

    /// <summary>The confidentiality algorithm's number (table 13-19): AES-CBC-128.</summary>
    public byte Confidentiality { get; } = 0x01;

    /// <summary>Bytes of a whole HMAC.</summary>
    public int HashLength { get; }

    /// <summary>Bytes of an HMAC as cut for packets and for RAKP message 4.</summary>
    public int IntegrityLength { get; }

    [SuppressMessage("Security", "CA5350", Justification = "Suite 3 is HMAC-SHA1 by the specification; suite 17 is tried first.")]
    public byte[] Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data) =>
        HashLength == 20 ? HMACSHA1.HashData(key, data) : HMACSHA256.HashData(key, data);
}
