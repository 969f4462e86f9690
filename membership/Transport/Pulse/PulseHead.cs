using System.Buffers.Binary;

namespace Cluster.Transport.Pulse;

/// <summary>
/// The head of a datagram, little-endian; authenticated with what follows it where datagrams are sealed.
/// <code>
///  0  u8   'P'
///  1  u8   version (1)
///  2  u8   1 = sealed, 0 = plain
///  3  u8   the sender's number for the path
///  4  u32  sender
///  8  u64  names the key (<see cref="PulseOffer"/>)
/// 16  u64  number of the datagram with this key, from 1 on; the nonce of AES-GCM is this number in 12 bytes
/// 24  body, then the tag (16 bytes) if sealed
/// </code>
/// The body: u64 number of the message, 0 for none, the same over every path; i64 the sender's clock; u8 count of echoes; for each u8 path, i64 the newest clock
/// value that came from the receiver over that path, u32 microseconds for which it was held; then the message.
/// </summary>
internal readonly record struct PulseHead(bool IsSealed, byte Path, uint Sender, ulong KeyId, ulong Number)
{
    public const int Bytes = 24;
    public const int TagBytes = 16;
    public const int NonceBytes = 12;

    /// <summary>Fits one Ethernet frame with room for tunnels.</summary>
    public const int MaxDatagram = 1200;

    /// <summary>In front of the echoes: message number, clock, count of echoes.</summary>
    public const int BodyBytes = 17;

    public const int EchoBytes = 13;

    /// <summary>The most paths that are told of.</summary>
    public const int MaxEchoes = LinkIdentity.MaxAddresses;

    /// <summary>The longest message.</summary>
    public const int MaxMessage = MaxDatagram - Bytes - TagBytes - BodyBytes - (MaxEchoes * EchoBytes);

    private const byte Magic = (byte)'P';
    private const byte Version = 1;

    public void Write(Span<byte> datagram)
    {
        datagram[0] = Magic;
        datagram[1] = Version;
        datagram[2] = IsSealed ? (byte)1 : (byte)0;
        datagram[3] = Path;
        BinaryPrimitives.WriteUInt32LittleEndian(datagram[4..], Sender);
        BinaryPrimitives.WriteUInt64LittleEndian(datagram[8..], KeyId);
        BinaryPrimitives.WriteUInt64LittleEndian(datagram[16..], Number);
    }

    public static bool TryRead(ReadOnlySpan<byte> datagram, out PulseHead head)
    {
        head = default;
        if (datagram.Length < Bytes || datagram[0] != Magic || datagram[1] != Version || datagram[2] > 1)
        {
            return false;
        }

        head = new PulseHead(
            datagram[2] == 1,
            datagram[3],
            BinaryPrimitives.ReadUInt32LittleEndian(datagram[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(datagram[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(datagram[16..]));
        return true;
    }
}
