using System.Diagnostics.CodeAnalysis;
using System.Net;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Wire;
using Cluster.Transport;
using Cluster.Transport.Security;
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

    // Two a peer: enough for eight peers, and never many.
    private const int MaxReaderThreads = 16;

    private static readonly TimeSpan s_expiresSoon = TimeSpan.FromDays(30);

    private readonly SortedDictionary<uint, PeerLink> _peers = [];
    private readonly PeerLink[] _sending;
    private readonly uint _self;
    private readonly Inbox _inbox;
    private readonly ILogger _logger;
    private readonly LinkOptions _options;
    private readonly LinkListener _listener;
    private uint _featureFloor = FeatureLevels.First;
    private readonly PeerCredentials? _credentials;
    private readonly PeerSessions _sessions = new();
    private readonly RefusalLog _refusals = new(TimeProvider.System);
    private Task _reconsidering = Task.CompletedTask;

    /// <summary>Listens, and prepares the links; they connect with the first message.</summary>
    /// <exception cref="CertificateException">The certificates can't be used.</exception>
    /// <exception cref="IOException">This node's peer endpoint can't be bound.</exception>
    public PeerLinks(NodeRuntimeOptions options, ulong session, Inbox inbox, ILogger logger)
    {
        _self = options.Self.Value;
        _inbox = inbox;
        _logger = logger;
        _credentials = options.PeerTls is { } files
            ? PeerCredentials.Load(files, new PeerName(options.ClusterId, options.Own.Name), changed: CertificatesChanged)
            : null;
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
            ReaderThreads = MaxReaderThreads,
            Upgrade = _credentials is null ? null : new PeerTls(_credentials, NameOf).UpgradeAsync,
            Admission = Refusal,
        };
        foreach (NodePeer node in options.Nodes)
        {
            if (node.Id != options.Self)
            {
                _peers.Add(node.Id.Value, new PeerLink(node));
            }
        }

        _sending = [.. _peers.Values];
        _listener = LinkListener.Start(_options, PeerEndPoint.ToListenAt(options.Own), this);
        foreach (PeerLink peer in _peers.Values)
        {
            peer.Link = new OutboundLink(_options, peer.Node.Id.Value, PeerEndPoint.Of(peer.Node), status => Changed(peer, status));
        }

        if (_credentials is null)
        {
            RuntimeLog.PlainLinks(logger, EndPoint.ToString()!);
        }
        else
        {
            CertificatesChanged(new CredentialsChange(_credentials.NotAfter, null));
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

    /// <summary>How many of the links are plain.</summary>
    public int PlainLinks => _credentials is null ? _peers.Count : 0;

    /// <summary>When this node's certificate for peer links ends to be good; null on plain links.</summary>
    public DateTimeOffset? CertificateNotAfter => _credentials?.NotAfter;

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
        if (!TryFind(message.To, urgent, out PeerLink? peer))
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

    /// <summary>
    /// Takes what the replicated state shows of the nodes' processes. On the loop's thread. Connections of a process that is over end.
    /// </summary>
    public void Observe(ClusterState state)
    {
        if (_sessions.Observe(state))
        {
            _reconsidering = _reconsidering.ContinueWith(
                _ => _listener.ReconsiderAsync().AsTask(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Unwrap();
        }
    }

    /// <summary>Sends a message if it can be done without waiting.</summary>
    public void Send(PeerMessage message)
    {
        if (TryFind(message.To, urgent: true, out PeerLink? peer))
        {
            Send(peer, PeerCodec.Encode(message), urgent: true);
        }
    }

    /// <summary>Sends what was queued, as far as possible on this thread; never waits.</summary>
    public void Flush()
    {
        foreach (PeerLink peer in _sending)
        {
            peer.Flush();
        }
    }

    /// <inheritdoc/>
    public void Received(LinkPeer peer, ReadOnlyMemory<byte> body)
    {
        PeerLink sender = _peers[peer.Node];
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
    public void Refused(EndPoint? remote, string reason)
    {
        if (_refusals.IsDue(remote, reason))
        {
            RuntimeLog.PeerRefused(_logger, remote?.ToString() ?? "unknown", reason);
        }
    }

    /// <summary>Closes everything; nothing reaches the inbox after it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _reconsidering.ConfigureAwait(false);
        await _listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_peers.Values.Select(peer => peer.Link.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private bool TryFind(NodeId to, bool urgent, [NotNullWhen(true)] out PeerLink? peer)
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

    private void Send(PeerLink peer, byte[] body, bool urgent)
    {
        if (CanCarry(peer, body.Length))
        {
            peer.Link.TrySend(body, urgent ? LinkPriority.Urgent : LinkPriority.Bulk);
            Volatile.Write(ref peer.SentCount, peer.SentCount + 1);
        }
    }

    private bool CanCarry(PeerLink peer, int length)
    {
        if (length <= _options.MaxFrameBytes)
        {
            return true;
        }

        string reason = $"{length} bytes are more than a link carries ({_options.MaxFrameBytes})";
        RuntimeLog.MessageDropped(_logger, peer.Node.Id.Value, reason);
        return false;
    }

    private string? NameOf(uint node) => _peers.TryGetValue(node, out PeerLink? peer) ? peer.Node.Name : null;

    private string? Refusal(LinkPeer peer)
    {
        if (!_peers.ContainsKey(peer.Node))
        {
            return $"node {peer.Node} is not configured here; add it to the list of nodes";
        }

        return peer.FeatureLevel < FeatureFloor
            ? $"node {peer.Node} understands feature level {peer.FeatureLevel}, but the cluster runs at {FeatureFloor}; install the other nodes' release on it"
            : _sessions.RefusalOf(peer);
    }

    private void CertificatesChanged(CredentialsChange change)
    {
        if (change.Problem is { } problem)
        {
            RuntimeLog.CertificateUnusable(_logger, change.NotAfter, problem);
        }
        else
        {
            RuntimeLog.SecuredLinks(_logger, _credentials!.Self.ToString(), change.NotAfter);
        }

        if (change.NotAfter - DateTimeOffset.UtcNow < s_expiresSoon)
        {
            RuntimeLog.CertificateExpires(_logger, change.NotAfter);
        }
    }

    private void Changed(PeerLink peer, LinkStatus status)
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

    private long Sum(Func<PeerLink, long> count)
    {
        long sum = 0;
        foreach (PeerLink peer in _peers.Values)
        {
            sum += count(peer);
        }

        return sum;
    }
}
