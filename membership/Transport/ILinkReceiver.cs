using System.Net;

namespace Cluster.Transport;

/// <summary>
/// Takes what arrives at a <see cref="LinkListener"/>. Called on the connections' read loops, several at once for different
/// connections, in order for one; every call must be cheap and never wait, because the next frame waits for it.
/// </summary>
public interface ILinkReceiver
{
    /// <summary>A frame arrived whole. The memory belongs to the receiver from now on.</summary>
    void Received(LinkPeer peer, ReadOnlyMemory<byte> body);

    /// <summary>A connection was accepted. Frames of an earlier connection of the same peer come no more.</summary>
    void Connected(LinkPeer peer)
    {
    }

    /// <summary>The same, with all that the peer told of itself; called in place of the other where it is implemented.</summary>
    void Connected(LinkPeer peer, LinkIdentity identity) => Connected(peer);

    /// <summary>An accepted connection is gone; frames that were under way are lost.</summary>
    void Disconnected(LinkPeer peer, string reason)
    {
    }

    /// <summary>A connection was refused before it was accepted.</summary>
    void Refused(EndPoint? remote, string reason)
    {
    }
}
