using System.Buffers.Binary;
using System.Text;

namespace Cluster.Transport;

/// <summary>
/// The first frame of a connection, little-endian:
/// <code>
///  0  4 bytes  "CLNK"
///  4  u8   version of this hello (2); a later one only adds bytes at the end, which an earlier reader skips
///  5  u8   priority
///  6  u16  protocol version
///  8  u32  sender
/// 12  u32  intended receiver
/// 16  u64  session of the sender
/// 24  u16  bytes of the cluster id
/// 26  cluster id, UTF-8
///  +  u32  feature level of the sender; since version 2, earlier ones have 1
/// </code>
/// </summary>
internal sealed record LinkHello(LinkIdentity Sender, uint Receiver, LinkPriority Priority)
{
    /// <summary>The greatest hello or answer that is read.</summary>
    public const int MaxBytes = 4096;

    private const int FixedBytes = 26;
    private const byte FirstVersion = 1;
    private const byte HelloVersion = 2;

    private static ReadOnlySpan<byte> Magic => "CLNK"u8;

    public byte[] Encode()
    {
        int idBytes = Encoding.UTF8.GetByteCount(Sender.ClusterId);
        byte[] frame = new byte[FixedBytes + idBytes + sizeof(uint)];
        Magic.CopyTo(frame);
        frame[4] = HelloVersion;
        frame[5] = (byte)Priority;
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(6), Sender.ProtocolVersion);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Sender.Node);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12), Receiver);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(16), Sender.Session);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(24), (ushort)idBytes);
        Encoding.UTF8.GetBytes(Sender.ClusterId, frame.AsSpan(FixedBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(FixedBytes + idBytes), Sender.FeatureLevel);
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

        var sender = new LinkIdentity
        {
            ClusterId = Encoding.UTF8.GetString(frame.Slice(FixedBytes, idBytes)),
            Node = BinaryPrimitives.ReadUInt32LittleEndian(frame[8..]),
            Session = BinaryPrimitives.ReadUInt64LittleEndian(frame[16..]),
            ProtocolVersion = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]),
            FeatureLevel = levelBytes > 0 ? BinaryPrimitives.ReadUInt32LittleEndian(frame[(FixedBytes + idBytes)..]) : LinkIdentity.FirstFeatureLevel,
        };
        return new LinkHello(sender, BinaryPrimitives.ReadUInt32LittleEndian(frame[12..]), priority);
    }

    /// <summary>Why this hello does not fit the listener, or null.</summary>
    public string? Mismatch(LinkIdentity listener)
    {
        if (Sender.ClusterId != listener.ClusterId)
        {
            return $"this is cluster '{listener.ClusterId}', not '{Sender.ClusterId}': check the cluster id and the address";
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
