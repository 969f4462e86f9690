using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Cluster.Tests.BmcSimulator;

/// <summary>A session as the BMC knows it, half open until RAKP message 3 was right.</summary>
internal sealed class BmcSession(BmcCrypto crypto, byte[] consoleId, byte[] id)
{
    private readonly HashSet<uint> _numbers = [];
    private byte[] _integrityKey = [];
    private byte[] _encryptionKey = [];
    private uint _sent;

    public BmcCrypto Crypto { get; } = crypto;

    public byte[] ConsoleId { get; } = consoleId;

    public byte[] Id { get; } = id;

    public byte[] Random { get; set; } = [];

    public byte[] ConsoleRandom { get; set; } = [];

    public byte Role { get; set; }

    public BmcUser? User { get; set; }

    public bool Active { get; private set; }

    public int Privilege { get; set; } = 2;

    public int Commands { get; set; }

    public void Activate(byte[] sessionKey)
    {
        _integrityKey = Crypto.Mac(sessionKey, Enumerable.Repeat((byte)1, 20).ToArray());
        _encryptionKey = Crypto.Mac(sessionKey, Enumerable.Repeat((byte)2, 20).ToArray());
        Active = true;
    }

    /// <summary>The message of a packet; null for a forged, repeated or misdirected one.</summary>
    public byte[]? Open(byte[] packet)
    {
        var end = packet.Length - Crypto.CutLength;
        if (!Active || end < 18 || packet[5] != 0xC0)
        {
            return null;
        }

        var expected = Crypto.Mac(_integrityKey, packet[4..end])[..Crypto.CutLength];
        if (!CryptographicOperations.FixedTimeEquals(expected, packet.AsSpan(end)))
        {
            return null;
        }

        if (!_numbers.Add(BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(10))))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(packet.AsSpan(14));
        return BmcCrypto.Decrypt(_encryptionKey, packet[16..(16 + length)]);
    }

    /// <summary>A packet for the console.</summary>
    public byte[] Seal(byte[] message, bool forge)
    {
        var payload = BmcCrypto.Encrypt(_encryptionKey, message);
        var number = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(number, ++_sent);
        var pad = (4 - ((12 + payload.Length + 2) % 4)) % 4;
        byte[] body =
        [
            0x06, 0xC0, .. ConsoleId, .. number, (byte)payload.Length, (byte)(payload.Length >> 8), .. payload,
            .. Enumerable.Repeat((byte)0xFF, pad), (byte)pad, 0x07,
        ];
        var code = Crypto.Mac(_integrityKey, body)[..Crypto.CutLength];
        if (forge)
        {
            code[0] ^= 0xFF;
        }

        return [0x06, 0x00, 0xFF, 0x07, .. body, .. code];
    }
}
