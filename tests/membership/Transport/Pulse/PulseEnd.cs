using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Cluster.Transport.Pulse;

namespace Cluster.Transport.Tests.Pulse;

/// <summary>One end of pulses, which remembers what it took.</summary>
internal sealed class PulseEnd : IPulseReceiver, IDisposable
{
    private readonly uint _self;
    private int _idle;

    public PulseEnd(uint self, bool isSealed = true, int sockets = 1)
    {
        _self = self;
        Hub = new PulseHub(self, isSealed, this, TimeSpan.FromMilliseconds(20));
        Ports = [.. FreePorts.Take(sockets)];
        foreach (int port in Ports)
        {
            Assert.Null(Hub.Listen(new IPEndPoint(IPAddress.Loopback, port)));
        }

        Hub.Start();
    }

    public PulseHub Hub { get; }

    public int[] Ports { get; }

    public ConcurrentQueue<(LinkPeer Peer, string Text)> Taken { get; } = new();

    /// <summary>Runs with each message, on the pulse thread.</summary>
    public Action? OnReceive { get; set; }

    public int Idle => Volatile.Read(ref _idle);

    public LinkPeer Process => new(_self, 100 + _self, LinkPriority.Urgent);

    /// <summary>Has this end's pulses known and sent to another.</summary>
    public PulsePeer Meet(PulseEnd other, params int[] ports)
    {
        PulsePeer peer = Hub.Peer(other._self);
        Assert.True(other.Hub.Peer(_self).Accept(peer.Offer, Process));
        for (byte path = 0; path < ports.Length; path++)
        {
            peer.SetPath((byte)(path + 1), new IPEndPoint(IPAddress.Loopback, ports[path]), null);
        }

        return peer;
    }

    void IPulseReceiver.Received(LinkPeer peer, ReadOnlyMemory<byte> body)
    {
        if (OnReceive is { } on)
        {
            on();
        }
        else
        {
            Taken.Enqueue((peer, Encoding.UTF8.GetString(body.Span)));
        }
    }

    void IPulseReceiver.Idle() => Interlocked.Increment(ref _idle);

    public void Dispose() => Hub.Dispose();
}

/// <summary>A text to be sent.</summary>
internal sealed class TextFrame(string text) : OutgoingFrame
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    public override int Length => _bytes.Length;

    public override void Write(Span<byte> body) => _bytes.CopyTo(body);
}
