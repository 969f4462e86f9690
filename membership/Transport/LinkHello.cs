using System.Buffers.Binary;
using System.Text;

namespace Cluster.Transport;

/// <summary>
/// The first frame of a connection, little-endian:
/// <code>
///  0  4 bytes  "CLNK"
///  4  u8   version of this hello (3); a later one only adds bytes at the end, which an earlier reader skips
///  5  u8   priority
///  6  u16  protocol version
///  8  u32  sender
/// 12  u32  intended receiver
/// 16  u64  session of the sender
/// 24  u16  bytes of the cluster id
/// 26  cluster id, UTF-8
///  +  u32  feature level of the sender; since version 2, earlier ones have 1
///  +  u8   number of the sender's addresses, then for each: u8 bytes, UTF-8; since version 3
/// </code>
/// </summary>
internal sealed record LinkHello(LinkIdentity Sender, uint Receiver, LinkPriority Priority)
{
    /// <summary>The greatest hello or answer that is read.</summary>
    public const int MaxBytes = 4096;

    private const int FixedBytes = 26;
    private const byte FirstVersion = 1;
    private const byte HelloVersion = 3;
    private const byte FirstVersionWithAddresses = 3;

    private static ReadOnlySpan<byte> Magic => "CLNK"u8;

    public byte[] Encode()
    {
        int idBytes = Encoding.UTF8.GetByteCount(Sender.ClusterId);
        List<byte[]> addresses = [.. Sender.Addresses.Select(Encoding.UTF8.GetBytes)
            .Where(address => address.Length <= LinkIdentity.MaxAddressBytes).Take(LinkIdentity.MaxAddresses)];
        byte[] frame = new byte[FixedBytes + idBytes + sizeof(uint) + 1 + addresses.Sum(address => 1 + address.Length)];
        Magic.CopyTo(frame);
        frame[4] = HelloVersion;
        frame[5] = (byte)Priority;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(6), Sender.ProtocolVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Sender.Node);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12), Receiver);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(16), Sender.Session);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(24), (ushort)idBytes);
        Encoding.UTF8.GetBytes(Sender.ClusterId, frame.AsSpan(FixedBytes));
        Span<byte> rest = frame.AsSpan(FixedBytes + idBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(rest, Sender.FeatureLevel);
        rest = rest[sizeof(uint)..];
        rest[0] = (byte)addresses.Count;
        rest = rest[1..];
        foreach (byte[] address in addresses)
        {
            rest[0] = (byte)address.Length;
            address.CopyTo(rest[1..]);
            rest = rest[(1 + address.Length)..];
        }

        return frame;
    }

    public static LinkHello? TryDecode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FixedBytes || !frame.StartsWith(Magic) || frame[4] < FirstVersion)
        {
            return null;
        }

        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(frame[24..]);
        var priority = (LinkPriority)frame[5];
        int levelBytes = frame[4] > FirstVersion ? sizeof(uint) : 0;
        if (idBytes > frame.Length - FixedBytes - levelBytes || !Enum.IsDefined(priority))
        {
            return null;
        }

        if (AddressesOf(frame[4] >= FirstVersionWithAddresses ? frame[(FixedBytes + idBytes + levelBytes)..] : default) is not { } addresses)
        {
            return null;
        }

        var sender = new LinkIdentity
        {
            ClusterId = Encoding.UTF8.GetString(frame.Slice(FixedBytes, idBytes)),
            Node = BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]),
            Session = BinaryPrimitives.ReadUInt64LittleEndian(frame[16..]),
            ProtocolVersion = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]),
            FeatureLevel = levelBytes > 0 ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(FixedBytes + idBytes)..]) : LinkIdentity.FirstFeatureLevel,
            Addresses = addresses,
        };
        return new LinkHello(sender, BinaryPrimitives.ReadUInt32LittleEndian(frame[12..]), priority);
    }

    /// <summary>Reads the list of addresses; null when it is damaged.</summary>
    private static List<string>? AddressesOf(ReadOnlySpan<byte> rest)
    {
        List<string> addresses = [];
        if (rest.IsEmpty)
        {
            return addresses;
        }

        int count = rest[0];
        rest = rest[1..];
        for (int i = 0; i < count; i++)
        {
            if (count > LinkIdentity.MaxAddresses || rest.IsEmpty || rest[0] > rest.Length - 1)
            {
                return null;
            }

            addresses.Add(Encoding.UTF8.GetString(rest.Slice(1, rest[0])));
            rest = rest[(1 + rest[0])..];
        }

        return addresses;
    }

    /// <summary>Why this hello does not fit the listener, or null.</summary>
    public string? Mismatch(LinkIdentity listener)
    {
        if (Sender.ClusterId != listener.ClusterId)
        {
            return $"this is cluster '{listener.ClusterId}', not '{Printable.Of(Sender.ClusterId)}': check the cluster id and the address";
        }

        if (Receiver != listener.Node)
        {
            return $"this is node {listener.Node}, not {Receiver}: check the address of node {Receiver}";
        }

        if (Sender.ProtocolVersion != listener.ProtocolVersion)
        {
            return $"this node speaks version {listener.ProtocolVersion}, not {Sender.ProtocolVersion}: "
                + "run the same release on both";
        }

        return Sender.Node == 0 ? "node 0 does not exist: check the sender's configuration" : null;
    }
}
