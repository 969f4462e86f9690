using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;

namespace Cluster.Transport.Pulse;

/// <summary>
/// Pulses to and from one peer: every message goes in one datagram over every path at once, and each datagram says which of the other end's have arrived over
/// which path. So each end knows of each of its own paths whether what it sends arrives. Safe for use by many threads; sending never waits and allocates nothing.
/// </summary>
public sealed class PulsePeer : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PulseHub _hub;
    private readonly PulseSealer _sealer;
    private readonly byte[] _body = new byte[PulseHead.MaxDatagram];
    private readonly byte[] _datagram = new byte[PulseHead.MaxDatagram];

    // What came last over each of the other end's paths: its clock, and when that was.
    private readonly Heard[] _heard = new Heard[PulseHead.MaxEchoes];
    private PulsePath[] _paths = [];
    private PulseOpener? _opener;
    private PulseOpener? _former;
    private int _nextHeard;
    private ulong _message;
    private bool _disposed;

    internal PulsePeer(PulseHub hub, uint self, bool isSealed)
    {
        _hub = hub;
        _sealer = new PulseSealer(self, isSealed);
    }

    /// <summary>What the other end has to be told over each new connection, so that it takes this end's datagrams.</summary>
    public PulseOffer Offer => _sealer.Offer;

    /// <summary>Datagrams of this peer that were its own and new.</summary>
    public long Received { get; private set; }

    /// <summary>Datagrams in its name that were not its own, or were here before.</summary>
    public long Refused { get; private set; }

    /// <summary>
    /// Takes what the other end told over a trusted link. A process that tells the same again changes nothing; another process of the node takes the place of
    /// the last but one.
    /// </summary>
    /// <returns>False when it does not fit how this end's links are secured.</returns>
    public bool Accept(PulseOffer offer, LinkPeer owner)
    {
        if (offer.Key.Length != (_hub.IsSealed ? PulseOffer.KeyBytes : 0))
        {
            return false;
        }

        lock (_gate)
        {
            if (_opener?.Id == offer.Id || _former?.Id == offer.Id)
            {
                return true;
            }

            (_former, _opener) = (_opener, new PulseOpener(offer, owner));
            _heard.AsSpan().Clear();
            foreach (PulsePath path in _paths)
            {
                // Another process: what the one before had heard says nothing of it.
                path.EchoedStamp = 0;
            }

            return true;
        }
    }

    /// <summary>Listens no more to processes that are not admitted any more.</summary>
    public void Reconsider(Func<LinkPeer, bool> isAdmitted)
    {
        lock (_gate)
        {
            _former = _former is { } former && isAdmitted(former.Owner) ? former : null;
            if (_opener is { } opener && !isAdmitted(opener.Owner))
            {
                (_opener, _former) = (_former, null);
            }
        }
    }

    /// <summary>A connection over a path has shown where it leads.</summary>
    /// <param name="number">The path.</param>
    /// <param name="remote">The other end.</param>
    /// <param name="local">This end.</param>
    public void SetPath(byte number, IPEndPoint remote, IPEndPoint? local)
    {
        IPEndPoint plain = Plain(remote);
        IPAddress? from = local is null ? null : Plain(local).Address;
        lock (_gate)
        {
            int at = Array.FindIndex(_paths, path => path.Number == number);
            if (at < 0)
            {
                _paths = [.. _paths, new PulsePath(number, plain, from)];
            }
            else if (!_paths[at].Remote.Equals(plain) || !Equals(_paths[at].Local, from))
            {
                _paths[at] = new PulsePath(number, plain, from);
            }
        }
    }

    /// <summary>A path is over.</summary>
    public void RemovePath(byte number)
    {
        lock (_gate)
        {
            _paths = [.. _paths.Where(path => path.Number != number)];
        }
    }

    /// <summary>Sends a message over every path.</summary>
    /// <returns>False when there is no path, or the message is too long for a datagram.</returns>
    public bool Send(OutgoingFrame message)
    {
        lock (_gate)
        {
            if (_paths.Length == 0 || _disposed || message.Length > PulseHead.MaxMessage)
            {
                return false;
            }

            long now = Now;
            int length = WriteBody(++_message, now);
            message.Write(_body.AsSpan(length, message.Length));
            length += message.Length;
            foreach (PulsePath path in _paths)
            {
                Send(path, length, now);
            }

            return true;
        }
    }

    /// <summary>Whether something that was sent is known to have arrived, over any path, within a time.</summary>
    public bool IsEchoed(TimeSpan within)
    {
        lock (_gate)
        {
            long now = Now;
            foreach (PulsePath path in _paths)
            {
                if (path.EchoedStamp != 0 && now - path.EchoedAt <= Nanoseconds(within))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>
    /// Whether datagrams over a path do not arrive, although they did and those over another path do: this path is cut, and the other end does not merely stand
    /// still.
    /// </summary>
    public bool IsSilent(byte number, TimeSpan patience)
    {
        long span = Nanoseconds(patience);
        lock (_gate)
        {
            PulsePath? path = Array.Find(_paths, path => path.Number == number);
            if (path is null || path.EchoedStamp == 0 || path.LastSentAt - path.EchoedStamp <= span)
            {
                return false;
            }

            foreach (PulsePath other in _paths)
            {
                if (other != path && other.EchoedStamp != 0 && other.LastSentAt - other.EchoedStamp <= span)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>What is known of a path; null when nothing was ever connected over it.</summary>
    public PulsePathStatus? StatusOf(byte number)
    {
        lock (_gate)
        {
            return Array.Find(_paths, path => path.Number == number) is { } path
                ? new PulsePathStatus(
                    path.EchoedStamp == 0 ? null : Span(Now - path.EchoedAt),
                    path.RoundTrip == 0 ? null : Span(path.RoundTrip),
                    path.Sent,
                    path.SentBytes,
                    path.Errors)
                : null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _hub.Forget(this);
        lock (_gate)
        {
            _disposed = true;
            _sealer.Dispose();
        }
    }

    /// <summary>Takes a datagram in this peer's name. On the pulse thread.</summary>
    /// <param name="head">Its head.</param>
    /// <param name="datagram">All of it.</param>
    /// <param name="body">Takes the body.</param>
    /// <param name="owner">The process that sent it.</param>
    /// <returns>Where in the body the message is; empty when there is none, or none that is new.</returns>
    internal Range Take(in PulseHead head, ReadOnlySpan<byte> datagram, Span<byte> body, out LinkPeer owner)
    {
        lock (_gate)
        {
            PulseOpener? opener = _opener?.Id == head.KeyId ? _opener : _former?.Id == head.KeyId ? _former : null;
            int length = opener?.Open(head, datagram, body) ?? -1;
            owner = opener?.Owner ?? default;
            if (length < 0 || !TryTakeEchoes(body[..length], opener == _opener, head.Path, out int start))
            {
                Refused++;
                return default;
            }

            Received++;
            ulong message = BinaryPrimitives.ReadUInt64LittleEndian(body);
            return message != 0 && opener!.IsNew(message) ? start..length : default;
        }
    }

    private static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);

    /// <summary>An IPv4 address in its own form.</summary>
    private static IPEndPoint Plain(IPEndPoint endPoint) =>
        endPoint.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(endPoint.Address.MapToIPv4(), endPoint.Port) : endPoint;

    private int WriteBody(ulong message, long now)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_body, message);
        BinaryPrimitives.WriteInt64LittleEndian(_body.AsSpan(8), now);
        int at = PulseHead.BodyBytes;
        byte count = 0;
        foreach (ref readonly Heard heard in _heard.AsSpan())
        {
            long held = (now - heard.At) / 1000;
            if (heard.Stamp == 0 || held > uint.MaxValue)
            {
                continue;
            }

            _body[at] = heard.Path;
            BinaryPrimitives.WriteInt64LittleEndian(_body.AsSpan(at + 1), heard.Stamp);
            BinaryPrimitives.WriteUInt32LittleEndian(_body.AsSpan(at + 9), (uint)held);
            at += PulseHead.EchoBytes;
            count++;
        }

        _body[16] = count;
        return at;
    }

    private void Send(PulsePath path, int length, long now)
    {
        if (path.ChosenFor != _hub.SocketsVersion)
        {
            _hub.Choose(path);
        }

        if (path.Socket is not { } socket || path.Address is not { } address)
        {
            path.Errors++;
            return;
        }

        int bytes = _sealer.Seal(path.Number, _body.AsSpan(0, length), _datagram);
        path.LastSentAt = now;
        if (socket.TrySend(_datagram.AsSpan(0, bytes), address))
        {
            path.Sent++;
            path.SentBytes += bytes;
        }
        else
        {
            path.Errors++;
        }
    }

    private bool TryTakeEchoes(ReadOnlySpan<byte> body, bool isNewest, byte fromPath, out int end)
    {
        int count = body[16];
        end = PulseHead.BodyBytes + (count * PulseHead.EchoBytes);
        if (count > PulseHead.MaxEchoes || end > body.Length)
        {
            return false;
        }

        if (!isNewest)
        {
            return true;
        }

        long now = Now;
        Note(fromPath, BinaryPrimitives.ReadInt64LittleEndian(body[8..]), now);
        for (int at = PulseHead.BodyBytes; at < end; at += PulseHead.EchoBytes)
        {
            byte number = body[at];
            long stamp = BinaryPrimitives.ReadInt64LittleEndian(body[(at + 1)..]);
            long held = BinaryPrimitives.ReadUInt32LittleEndian(body[(at + 9)..]) * 1000L;
            foreach (PulsePath path in _paths)
            {
                if (path.Number == number && stamp > path.EchoedStamp && stamp <= path.LastSentAt)
                {
                    path.EchoedStamp = stamp;
                    path.EchoedAt = now;
                    path.RoundTrip = Math.Max(1, now - stamp - held);
                }
            }
        }

        return true;
    }

    private void Note(byte path, long stamp, long now)
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

        _heard[_nextHeard++ % _heard.Length] = new Heard { Path = path, Stamp = stamp, At = now };
    }

    [StructLayout(LayoutKind.Auto)]
    private struct Heard
    {
        public byte Path;
        public long Stamp;
        public long At;
    }
}
