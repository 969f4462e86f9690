using System.Buffers.Binary;
using System.Text;

namespace Cluster.Transport;

/// <summary>
/// The listener's frame in answer to a hello, little-endian: u8 1 = accepted or 2 = refused; u64 session of the listener; the
/// rest is the reason of a refusal, UTF-8. A refusal ends the connection; after an acceptance only the dialer sends. A dialer that
/// finds another than it means to reach sends a refusal in place of its hello, so that the listener learns why.
/// </summary>
internal sealed record LinkAnswer(ulong Session, string? Refusal)
{
    private const int FixedBytes = 9;
    private const int MaxReasonChars = 1000;

    public byte[] Encode()
    {
        string reason = Refusal is { Length: > MaxReasonChars } ? Refusal[..MaxReasonChars] : Refusal ?? "";
        byte[] frame = new byte[FixedBytes + Encoding.UTF8.GetByteCount(reason)];
        frame[0] = (byte)(Refusal is null ? 1 : 2);
        BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(1), Session);
        Encoding.UTF8.GetBytes(reason, frame.AsSpan(FixedBytes));
        return frame;
    }

    public static LinkAnswer? TryDecode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FixedBytes || frame[0] is not (1 or 2))
        {
            return null;
        }

        ulong session = BinaryPrimitives.ReadUInt64LittleEndian(frame[1..]);
        return new LinkAnswer(session, frame[0] == 1 ? null : Printable.Of(Encoding.UTF8.GetString(frame[FixedBytes..])));
    }
}
