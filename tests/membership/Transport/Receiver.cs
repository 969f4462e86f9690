using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Cluster.Transport.Tests;

/// <summary>Remembers all that a listener tells.</summary>
internal sealed class Receiver : ILinkReceiver
{
    public ConcurrentQueue<(LinkPeer Peer, string Text)> Frames { get; } = new();

    public ConcurrentQueue<LinkPeer> Connects { get; } = new();

    public ConcurrentQueue<string> Disconnects { get; } = new();

    public ConcurrentQueue<string> Refusals { get; } = new();

    /// <summary>Runs first with every frame.</summary>
    public Action<LinkPeer, ReadOnlyMemory<byte>>? OnFrame { get; set; }

    public IEnumerable<string> Texts => Frames.Select(frame => frame.Text);

    public void Received(LinkPeer peer, ReadOnlyMemory<byte> body)
    {
        OnFrame?.Invoke(peer, body);
        Frames.Enqueue((peer, Encoding.UTF8.GetString(body.Span)));
    }

    public void Connected(LinkPeer peer) => Connects.Enqueue(peer);

    public void Disconnected(LinkPeer peer, string reason) => Disconnects.Enqueue(reason);

    public void Refused(EndPoint? remote, string reason) => Refusals.Enqueue(reason);
}
