using System.Net;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Wire;
using Cluster.Transport;
using Cluster.Transport.Pulse;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Links;

/// <summary>Takes what arrives from peers, and hands messages to the inbox. On the links' threads.</summary>
internal sealed class PeerReceiver(
    NodeId self, PeerTable table, PeerAdmission admission, Inbox inbox, StallBoard stalls, Action<IReadOnlyList<PeerPath>> over, ILogger logger)
    : ILinkReceiver, IPulseReceiver
{
    private readonly RefusalLog _refusals = new(TimeProvider.System);

    /// <inheritdoc/>
    public void Received(LinkPeer peer, ReadOnlyMemory<byte> body) => Received(peer, body, byPulse: false);

    /// <inheritdoc/>
    void IPulseReceiver.Received(LinkPeer peer, ReadOnlyMemory<byte> body) => Received(peer, body, byPulse: true);

    /// <inheritdoc/>
    void IPulseReceiver.Idle() => inbox.Nudge(BootTime.Now);

    /// <inheritdoc/>
    void IPulseReceiver.Delayed(TimeSpan delay) => stalls.Note(StallPlace.Pulse, delay);

    private void Received(LinkPeer peer, ReadOnlyMemory<byte> body, bool byPulse)
    {
        if (!table.TryFind(peer.Node, out PeerLink? sender))
        {
            // It was taken off the list of nodes; its connections end.
            return;
        }

        if (peer.FeatureLevel < admission.FeatureFloor)
        {
            // It was admitted before the cluster went on to this level.
            Interlocked.Increment(ref sender.DroppedCount);
            return;
        }

        try
        {
            Deliver(sender, peer, body, byPulse);
        }
        catch (InvalidProtocolBufferException e)
        {
            RuntimeLog.MessageDropped(logger, peer.Node, e.Message);
        }
    }

    private void Deliver(PeerLink sender, LinkPeer peer, ReadOnlyMemory<byte> body, bool byPulse)
    {
        PeerMessage? other = null;
        if (!RaftFrameReader.TryRead(body, out RaftMessage raft) && !PeerCodec.TryDecode(body.Span, out raft, out other))
        {
            if (!byPulse && PeerCodec.TryDecodeOffer(body.Span) is { } offer && !sender.Pulse.Accept(offer, peer))
            {
                RuntimeLog.MessageDropped(logger, peer.Node, "its pulse key is not of the kind that this node's links call for");
            }

            return;
        }

        if (byPulse && other is null && !PeerCodec.IsPulse(raft))
        {
            // Others may refer to the bytes they came in, and those are used again.
            RuntimeLog.MessageDropped(logger, peer.Node, $"a {raft.Kind} came by pulse");
            return;
        }

        (NodeId from, NodeId to) = other is null ? (raft.From, raft.To) : (other.From, other.To);
        if (from != sender.Node.Id || to != self)
        {
            RuntimeLog.MessageDropped(logger, sender.Node.Id.Value, $"it claims to go from {from.Value} to {to.Value}");
            return;
        }

        Interlocked.Increment(ref sender.ReceivedCount);
        if (!(other is null ? inbox.TryPost(raft) : inbox.TryPost(other)))
        {
            Interlocked.Increment(ref sender.DroppedCount);
        }
    }

    /// <inheritdoc/>
    public void Connected(LinkPeer peer, LinkIdentity identity)
    {
        List<PeerAddress> addresses = [];
        foreach (string text in identity.Addresses)
        {
            if (PeerAddress.TryParse(text, out PeerAddress address))
            {
                addresses.Add(address);
            }
        }

        // A peer of an earlier release says no address; it can still be listened to.
        bool known = table.TryFind(peer.Node, out _);
        PeerLink link = table.Keep(new NodePeer(new NodeId(peer.Node), $"node-{peer.Node}", addresses));
        if (!known)
        {
            RuntimeLog.PeerKept(logger, link.Node.ToString());
        }
    }

    /// <inheritdoc/>
    public void Disconnected(LinkPeer peer, string reason) => over(table.Release(peer.Node));

    /// <inheritdoc/>
    public void Refused(EndPoint? remote, string reason)
    {
        if (_refusals.IsDue(remote, reason))
        {
            RuntimeLog.PeerRefused(logger, remote?.ToString() ?? "unknown", reason);
        }
    }
}
