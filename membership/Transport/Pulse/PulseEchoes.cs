using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Cluster.Transport.Pulse;

/// <summary>What came last over each of the other end's paths, to be told back. Under the peer's lock.</summary>
internal sealed class PulseEchoes
{
    private readonly Heard[] _heard = new Heard[PulseHead.MaxEchoes];
    private int _next;

    /// <summary>Forgets everything: another process is at the other end.</summary>
    public void Clear() => _heard.AsSpan().Clear();

    /// <summary>Notes a datagram.</summary>
    /// <param name="path">The other end's number for the path.</param>
    /// <param name="stamp">Its clock at the sending.</param>
    /// <param name="now">This end's clock.</param>
    public void Note(byte path, long stamp, long now)
    {
        foreach (ref Heard heard in _heard.AsSpan())
        {
            if (heard.Stamp != 0 && heard.Path == path)
            {
                if (stamp > heard.Stamp)
                {
                    (heard.Stamp, heard.At) = (stamp, now);
                }

                return;
            }
        }

        // A path more than there is room for takes the place of one that was there longer.
        _heard[_next++ % _heard.Length] = new Heard { Path = path, Stamp = stamp, At = now };
    }

    /// <summary>Writes them into the body of a datagram.</summary>
    /// <returns>Where they end.</returns>
    public int Write(Span<byte> body, long now)
    {
        int at = PulseHead.BodyBytes;
        byte count = 0;
        foreach (ref readonly Heard heard in _heard.AsSpan())
        {
            long held = (now - heard.At) / 1000;
            if (heard.Stamp == 0 || held > uint.MaxValue)
            {
                continue;
            }

            body[at] = heard.Path;
            BinaryPrimitives.WriteInt64LittleEndian(body[(at + 1)..], heard.Stamp);
            BinaryPrimitives.WriteUInt32LittleEndian(body[(at + 9)..], (uint)held);
            at += PulseHead.EchoBytes;
            count++;
        }

        body[PulseHead.EchoCountAt] = count;
        return at;
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Heard
    {
        public byte Path;
        public long Stamp;
        public long At;
    }
}
