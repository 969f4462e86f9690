using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Cluster.Fencing.Ipmi.Rmcp;

namespace Cluster.Fencing.Ipmi.Session;

/// <summary>
/// Seals and opens the packets of a session: AES-CBC-128 inside, a cut HMAC outside (IPMI 2.0, sections 13.6, 13.28 and 13.29).
/// </summary>
internal sealed class SessionCipher(CipherSuite suite, byte[] integrityKey, byte[] encryptionKey)
{
    private const int HeaderLength = RmcpHeader.Length + 12;
    private const int BlockLength = 16;
    private const byte SealedIpmi = 0xC0; // encrypted, authenticated, payload type 0
    private const byte NextHeader = 0x07;
    private const byte IntegrityPad = 0xFF;

    private readonly byte[] _encryptionKey = encryptionKey[..BlockLength];

    /// <summary>A packet for the receiver whose number for the session is <paramref name="session"/>.</summary>
    /// <param name="session">The receiver's number for the session.</param>
    /// <param name="number">The packet's number; never used twice.</param>
    /// <param name="message">The IPMI message.</param>
    /// <param name="initialVector">16 random bytes, never used twice.</param>
    public byte[] Seal(uint session, uint number, ReadOnlySpan<byte> message, ReadOnlySpan<byte> initialVector)
    {
        var encrypted = Encrypt(message, initialVector);
        var unpadded = HeaderLength - RmcpHeader.Length + encrypted.Length + 2;
        var padding = (4 - (unpadded % 4)) % 4;
        var authenticatedEnd = RmcpHeader.Length + unpadded + padding;
        var packet = new byte[authenticatedEnd + suite.IntegrityLength];
        RmcpHeader.Bytes.CopyTo(packet);
        packet[4] = RmcpHeader.AuthenticationRmcpPlus;
        packet[5] = SealedIpmi;
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(6), session);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(10), number);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(14), (ushort)encrypted.Length);
        encrypted.CopyTo(packet, HeaderLength);
        packet.AsSpan(HeaderLength + encrypted.Length, padding).Fill(IntegrityPad);
        packet[authenticatedEnd - 2] = (byte)padding;
        packet[authenticatedEnd - 1] = NextHeader;
        Code(packet.AsSpan(0, authenticatedEnd)).CopyTo(packet.AsSpan(authenticatedEnd));
        return packet;
    }

    /// <summary>The IPMI message of a packet that is genuine and meant for <paramref name="session"/>; null for any other packet.</summary>
    public byte[]? Open(uint session, ReadOnlySpan<byte> packet, out uint number)
    {
        number = 0;
        var authenticatedEnd = packet.Length - suite.IntegrityLength;
        if (!RmcpHeader.Starts(packet, RmcpHeader.AuthenticationRmcpPlus)
            || authenticatedEnd < HeaderLength + 2
            || packet[5] != SealedIpmi
            || BinaryPrimitives.ReadUInt32LittleEndian(packet[6..]) != session
            || !CryptographicOperations.FixedTimeEquals(packet[authenticatedEnd..], Code(packet[..authenticatedEnd])))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(packet[14..]);
        if (HeaderLength + length + 2 > authenticatedEnd)
        {
            return null;
        }

        number = BinaryPrimitives.ReadUInt32LittleEndian(packet[10..]);
        return Decrypt(packet.Slice(HeaderLength, length));
    }

    private ReadOnlySpan<byte> Code(ReadOnlySpan<byte> packet) =>
        suite.Hmac(integrityKey, packet[RmcpHeader.Length..]).AsSpan(0, suite.IntegrityLength);

    // The message is filled up to whole blocks with 1, 2, 3, ... and the number of fill bytes.
    [SuppressMessage("Security", "CA5401", Justification = "The vector is random and comes from the caller, to keep this pure.")]
    private byte[] Encrypt(ReadOnlySpan<byte> message, ReadOnlySpan<byte> initialVector)
    {
        var fill = BlockLength - 1 - (message.Length % BlockLength);
        var plain = new byte[message.Length + fill + 1];
        message.CopyTo(plain);
        for (var at = 0; at < fill; at++)
        {
            plain[message.Length + at] = (byte)(at + 1);
        }

        plain[^1] = (byte)fill;
        using var aes = Aes.Create();
        aes.Key = _encryptionKey;
        return [.. initialVector, .. aes.EncryptCbc(plain, initialVector, PaddingMode.None)];
    }

    private byte[]? Decrypt(ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length < 2 * BlockLength || encrypted.Length % BlockLength != 0)
        {
            return null;
        }

        using var aes = Aes.Create();
        aes.Key = _encryptionKey;
        var plain = aes.DecryptCbc(encrypted[BlockLength..], encrypted[..BlockLength], PaddingMode.None);
        var fill = plain[^1];
        return fill >= BlockLength ? null : plain[..(plain.Length - fill - 1)];
    }
}
