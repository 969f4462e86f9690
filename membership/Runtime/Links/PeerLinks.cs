using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Wire;
using Cluster.Transport;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Links;

/// <summary>
/// The ways to and from the other nodes. Sending never waits and may lose, as the cores expect of a network; what arrives goes to
/// the inbox.
/// </summary>
internal sealed class PeerLinks : ILinkReceiver, IAsyncDisposable
{
    /// <summary>The version of the peer protocol; raised only for changes that peer.proto's rules can't express.</summary>
    private const ushort ProtocolVersion = 1;

    private readonly SortedDictionary<uint, Peer> _peers = [];
    private readonly Peer[] _sending;
    private readonly uint _self;
    private readonly Inbox _inbox;
    private readonly ILogger _logger;
    private readonly LinkOptions _options;
    private readonly LinkListener _listener;
    private uint _featureFloor = FeatureLevels.First;

    /// <summary>Listens, and prepares the links; they connect with the first message.</summary>
    /// <exception cref="IOException">This node's peer endpoint can't be bound.</exception>
    public PeerLinks(NodeRuntimeOptions options, ulong session, Inbox inbox, ILogger logger)
    {
        _self = options.Self.Value;
        _inbox = inbox;
        _logger = logger;
        _options = new LinkOptions
        {
            Identity = new LinkIdentity
            {
                ClusterId = options.ClusterId,
                Node = _self,
                Session = session,
                ProtocolVersion = ProtocolVersion,
                FeatureLevel = options.FeatureLevel,
            },
            MaxQueuedFrames = 4096,
            MaxBackoff = TimeSpan.FromMilliseconds(200),
            Admission = (peer, _) => Refusal(peer),
        };
        foreach (NodePeer node in options.Nodes)
        {
            if (node.Id != options.Self)
            {
                _peers.Add(node.Id.Value, new Peer(node));
            }
        }

        _sending = [.. _peers.Values];
        _listener = LinkListener.Start(_options, ListenEndPointOf(options.Own), this);
        foreach (Peer peer in _peers.Values)
        {
            peer.Link = new OutboundLink(_options, peer.Node.Id.Value, EndPointOf(peer.Node), status => Changed(peer, status));
        }
    }

    /// <summary>
    /// The feature level that the cluster has reached. A peer that understands less is refused: it would make another state of what the log holds.
    /// </summary>
    public uint FeatureFloor
    {
        get => Volatile.Read(ref _featureFloor);
        set => Volatile.Write(ref _featureFloor, value);
    }

    /// <summary>Where this node listens.</summary>
    public EndPoint EndPoint => _listener.EndPoint;

    /// <summary>Messages handed to links.</summary>
    public long MessagesSent => Sum(static peer => Volatile.Read(ref peer.SentCount));

    /// <summary>Messages that arrived and were understood.</summary>
    public long MessagesReceived => Sum(static peer => Volatile.Read(ref peer.ReceivedCount));

    /// <summary>The state of each way, ordered by node.</summary>
    public IReadOnlyList<PeerLinkStatus> Status => [.. _peers.Values.Select(peer =>
    {
        LinkStatus urgent = peer.Link.StatusOf(LinkPriority.Urgent);
        LinkStatus bulk = peer.Link.StatusOf(LinkPriority.Bulk);
        return new PeerLinkStatus(
            peer.Node.Id,
            peer.Node.Name,
            urgent.IsConnected,
            Volatile.Read(ref peer.Inbound) > 0,
            urgent.LastError ?? bulk.LastError,
            urgent.FramesSent + bulk.FramesSent,
            urgent.FramesDropped + bulk.FramesDropped + Volatile.Read(ref peer.DroppedCount),
            Volatile.Read(ref peer.ReceivedCount));
    })];

    /// <summary>Queues a message if there is room; <see cref="Flush"/> sends it.</summary>
    public void Send(in RaftMessage message)
    {
        bool urgent = PeerCodec.IsUrgent(message);
        if (!TryFind(message.To, urgent, out Peer? peer))
        {
            return;
        }

        if (RaftFrame.TryMake(message) is not { } frame)
        {
            Send(peer, PeerCodec.Encode(message), urgent);
        }
        else if (CanCarry(peer, frame.Length))
        {
            peer.Queue(frame, urgent ? LinkPriority.Urgent : LinkPriority.Bulk);
        }
    }

    /// <summary>Sends a message if it can be done without waiting.</summary>
    public void Send(PeerMessage message)
    {
        if (TryFind(message.To, urgent: true, out Peer? peer))
        {
            Send(peer, PeerCodec.Encode(message), urgent: true);
        }
    }

    /// <summary>Sends what was queued, as far as possible on this thread; never waits.</summary>
    public void Flush()
    {
        foreach (Peer peer in _sending)
        {
            peer.Flush();
        }
    }

    /// <inheritdoc/>
    public void Received(LinkPeer peer, ReadOnlyMemory<byte> body)
    {
        Peer sender = _peers[peer.Node];
        if (peer.FeatureLevel < FeatureFloor)
        {
            // It was admitted before the cluster went on to this level.
            Interlocked.Increment(ref sender.DroppedCount);
            return;
        }

        try
        {
            PeerMessage? other = null;
            if (!RaftFrameReader.TryRead(body, out RaftMessage raft) && !PeerCodec.TryDecode(body.Span, out raft, out other))
            {
                return;
            }

            (NodeId from, NodeId to) = other is null ? (raft.From, raft.To) : (other.From, other.To);
            if (from.Value != peer.Node || to.Value != _self)
            {
                RuntimeLog.MessageDropped(_logger, peer.Node, $"it claims to go from {from.Value} to {to.Value}");
                return;
            }

            Interlocked.Increment(ref sender.ReceivedCount);
            if (!(other is null ? _inbox.TryPost(raft) : _inbox.TryPost(other)))
            {
                Interlocked.Increment(ref sender.DroppedCount);
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            RuntimeLog.MessageDropped(_logger, peer.Node, e.Message);
        }
    }

    /// <inheritdoc/>
    public void Connected(LinkPeer peer)
    {
        if (peer.Priority == LinkPriority.Urgent)
        {
            Interlocked.Increment(ref _peers[peer.Node].Inbound);
        }
    }

    /// <inheritdoc/>
    public void Disconnected(LinkPeer peer, string reason)
    {
        if (peer.Priority == LinkPriority.Urgent)
        {
            Interlocked.Decrement(ref _peers[peer.Node].Inbound);
        }
    }

    /// <inheritdoc/>
    public void Refused(EndPoint? remote, string reason) =>
        RuntimeLog.PeerRefused(_logger, remote?.ToString() ?? "unknown", reason);

    /// <summary>Closes everything; nothing reaches the inbox after it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_peers.Values.Select(peer => peer.Link.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private bool TryFind(NodeId to, bool urgent, [NotNullWhen(true)] out Peer? peer)
    {
        if (!_peers.TryGetValue(to.Value, out peer))
        {
            return false;
        }

        if (urgent && !peer.MayQueueUrgent())
        {
            Interlocked.Increment(ref peer.DroppedCount);
            return false;
        }

        return true;
    }

    private void Send(Peer peer, byte[] body, bool urgent)
    {
        if (CanCarry(peer, body.Length))
        {
            peer.Link.TrySend(body, urgent ? LinkPriority.Urgent : LinkPriority.Bulk);
            Volatile.Write(ref peer.SentCount, peer.SentCount + 1);
        }
    }

    private bool CanCarry(Peer peer, int length)
    {
        if (length <= _options.MaxFrameBytes)
        {
            return true;
        }

        string reason = $"{length} bytes are more than a link carries ({_options.MaxFrameBytes})";
        RuntimeLog.MessageDropped(_logger, peer.Node.Id.Value, reason);
        return false;
    }

    private string? Refusal(LinkPeer peer)
    {
        if (!_peers.ContainsKey(peer.Node))
        {
            return $"node {peer.Node} is not configured here; add it to the list of nodes";
        }

        return peer.FeatureLevel < FeatureFloor
            ? $"node {peer.Node} understands feature level {peer.FeatureLevel}, but the cluster runs at {FeatureFloor}; install the other nodes' release on it"
            : null;
    }

    private static EndPoint EndPointOf(NodePeer node) =>
        IPAddress.TryParse(node.Host, out IPAddress? address)
            ? new IPEndPoint(address, node.Port)
            : new DnsEndPoint(node.Host, node.Port);

    /// <summary>Only an address can be listened at; a name is looked up once, at start.</summary>
    private static IPEndPoint ListenEndPointOf(NodePeer node)
    {
        if (IPAddress.TryParse(node.Host, out IPAddress? address))
        {
            return new IPEndPoint(address, node.Port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(node.Host)[0], node.Port);
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"this node is to listen at {node.Host}:{node.Port}, but the name can't be resolved: {e.Message}; "
                + "give an address of this machine",
                e);
        }
    }

    private void Changed(Peer peer, LinkStatus status)
    {
        if (status.Priority == LinkPriority.Urgent)
        {
            peer.SetConnected(status.IsConnected);
        }

        // One line for each change, not for each attempt.
        string link = $"{status.Priority} link to {peer.Node.Name}";
        string? told = status.IsConnected ? "connected" : status.LastError;
        if (Interlocked.Exchange(ref peer.Told[(int)status.Priority], told) == told)
        {
            return;
        }

        if (status.IsConnected)
        {
            RuntimeLog.LinkUp(_logger, link, $"{peer.Node.Host}:{peer.Node.Port}");
        }
        else
        {
            RuntimeLog.LinkDown(_logger, link, status.LastError ?? "closed");
        }
    }

    private long Sum(Func<Peer, long> count)
    {
        long sum = 0;
        foreach (Peer peer in _peers.Values)
        {
            sum += count(peer);
        }

        return sum;
    }

    private sealed class Peer(NodePeer node)
    {
        /// <summary>
        /// Urgent messages are of the moment: while there is no connection only so many are queued, enough to have it made.
        /// </summary>
        private const int MaxQueuedWhileDown = 32;

        public long SentCount;
        public long ReceivedCount;
        public long DroppedCount;
        public int Inbound;
        private volatile bool _connected;
        private readonly bool[] _queued = new bool[3];
        private int _queuedWhileDown;

        public NodePeer Node => node;

        public OutboundLink Link { get; set; } = null!;

        /// <summary>What was last logged about each priority's connection.</summary>
        public string?[] Told { get; } = new string?[3];

        /// <summary>On the loop's thread.</summary>
        public void Queue(RaftFrame frame, LinkPriority priority)
        {
            Link.TryQueue(frame, priority);
            _queued[(int)priority] = true;
            Volatile.Write(ref SentCount, SentCount + 1);
        }

        /// <summary>On the loop's thread. What is urgent goes first.</summary>
        public void Flush()
        {
            for (LinkPriority priority = LinkPriority.Urgent; priority >= LinkPriority.Bulk; priority--)
            {
                if (_queued[(int)priority])
                {
                    _queued[(int)priority] = false;
                    Link.Flush(priority);
                }
            }
        }

        public void SetConnected(bool connected)
        {
            _connected = connected;
            Volatile.Write(ref _queuedWhileDown, 0);
        }

        public bool MayQueueUrgent() => _connected || Interlocked.Increment(ref _queuedWhileDown) <= MaxQueuedWhileDown;
    }
}
