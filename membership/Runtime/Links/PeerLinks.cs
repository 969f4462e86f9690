using System.Net;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Loop;
using Cluster.Runtime.Wire;
using Cluster.Transport;
using Cluster.Transport.Pulse;
using Cluster.Transport.Security;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Links;

/// <summary>
/// The ways to and from the other nodes. Sending never waits and may lose, as the cores expect of a network; what arrives goes to
/// the inbox.
/// </summary>
internal sealed class PeerLinks : IAsyncDisposable
{
    /// <summary>The version of the peer protocol; raised only for changes that peer.proto's rules can't express.</summary>
    private const ushort ProtocolVersion = 1;

    // Two a peer: enough for eight peers, and never many.
    private const int MaxReaderThreads = 16;

    private readonly ILogger _logger;
    private readonly LinkOptions _options;
    private readonly PeerTable _table;
    private readonly PeerAdmission _admission;
    private readonly PeerListeners _listeners;
    private readonly PulseHub _pulse;
    private readonly PeerLinkNews _news;
    private readonly PeerCredentials? _credentials;
    private readonly BackgroundWork _background;
    private readonly NodePeer _own;
    private readonly string _peersFile;
    private TimeSpan _heartbeat;

    /// <summary>Listens, and prepares the links; they connect with the first message.</summary>
    /// <exception cref="CertificateException">The certificates can't be used.</exception>
    /// <exception cref="IOException">This node's first peer endpoint can't be bound.</exception>
    public PeerLinks(NodeRuntimeOptions options, ulong session, Inbox inbox, StallBoard stalls, ILogger logger)
    {
        _logger = logger;
        _news = new PeerLinkNews(options.Self, logger);
        _own = options.Own;
        _heartbeat = options.Timing.HeartbeatInterval;
        _background = new BackgroundWork(logger);
        _credentials = options.PeerTls is { } files
            ? PeerCredentials.Load(files, new PeerName(options.ClusterId, _own.Name), changed: change => _news.Changed(_credentials!, change))
            : null;
        _table = new PeerTable(options.Self, Make);
        _admission = new PeerAdmission(_table);
        _options = new LinkOptions
        {
            Identity = new LinkIdentity
            {
                ClusterId = options.ClusterId,
                Node = options.Self.Value,
                Session = session,
                ProtocolVersion = ProtocolVersion,
                FeatureLevel = options.FeatureLevel,
                Addresses = [.. _own.Addresses.Select(address => address.ToString())],
            },
            MaxQueuedFrames = 4096,
            MaxBackoff = TimeSpan.FromMilliseconds(200),
            ReaderThreads = MaxReaderThreads,
            Upgrade = _credentials is null ? null : new PeerTls(_credentials, _table.NameOf, _table.IsFree).UpgradeAsync,
            Admission = _admission.RefusalOf,
        };
        var receiver = new PeerReceiver(options.Self, _table, _admission, inbox, stalls, Close, logger);
        _pulse = new PulseHub(options.Self.Value, _credentials is not null, receiver, _heartbeat);
        _listeners = new PeerListeners(_options, receiver, _pulse, problem => RuntimeLog.NoPulse(logger, problem));
        _peersFile = PeersFile.Of(options.DataDirectory);
        _table.Update(PeersFile.Merge(options.Nodes, KnownPeers()));
        Listen();
        _pulse.Start();
        if (_credentials is null)
        {
            RuntimeLog.PlainLinks(logger, EndPoint.ToString()!);
        }
        else
        {
            _news.Changed(_credentials, new CredentialsChange(_credentials.NotAfter, null));
        }
    }

    /// <inheritdoc cref="PeerAdmission.FeatureFloor"/>
    public uint FeatureFloor
    {
        get => _admission.FeatureFloor;
        set => _admission.FeatureFloor = value;
    }

    /// <summary>The first address at which this node listens.</summary>
    public EndPoint EndPoint => _listeners.EndPoints[0];

    /// <summary>How many of the links are plain.</summary>
    public int PlainLinks => _credentials is null ? _table.All.Length : 0;

    /// <summary>When this node's certificate for peer links ends to be good; null on plain links.</summary>
    public DateTimeOffset? CertificateNotAfter => _credentials?.NotAfter;

    /// <summary>Messages handed to links.</summary>
    public long MessagesSent => _table.All.Sum(static peer => Volatile.Read(ref peer.SentCount));

    /// <summary>Messages that arrived and were understood.</summary>
    public long MessagesReceived => _table.All.Sum(static peer => Volatile.Read(ref peer.ReceivedCount));

    /// <summary>The state of each way, ordered by node.</summary>
    public IReadOnlyList<PeerLinkStatus> Status
    {
        get
        {
            IReadOnlySet<uint> heard = _listeners.Heard;
            return [.. _table.All.Select(peer => PeerStatus.Of(peer, heard.Contains(peer.Node.Id.Value)))];
        }
    }

    /// <summary>
    /// Between heartbeats. A path that carries nothing for two and a half of them is left: a single one that is lost does not count.
    /// </summary>
    public TimeSpan HeartbeatInterval
    {
        get => _heartbeat;
        set
        {
            _heartbeat = value;
            foreach (PeerLink peer in _table.All)
            {
                peer.Patience = Patience;
            }
        }
    }

    private enum Way
    {
        Bulk,
        Urgent,
        Pulse,
    }

    /// <summary>Whether the kernel runs the pulse thread before what has no deadline.</summary>
    public bool IsPulseRealtime => _pulse.IsRealtime;

    /// <summary>Datagrams that came in the name of no peer.</summary>
    public long StrangePulses => _pulse.Strangers;

    private TimeSpan Patience => 2.5 * _heartbeat;

    /// <summary>
    /// Takes the whole new list of nodes, this one among them: links to new ones are prepared, those to removed ones close, and those to moved ones follow.
    /// The list is kept in the data folder for the next start. Never waits.
    /// </summary>
    /// <param name="peers">The nodes. One whose addresses are not known keeps those that were.</param>
    public void Update(IReadOnlyList<NodePeer> peers)
    {
        NodePeer[] nodes = [.. peers.Select(WithAddresses).Where(static node => node.Addresses.Count > 0)];
        Close(_table.Update(nodes));
        RuntimeLog.PeersChanged(_logger, string.Join(", ", nodes.Select(node => node.ToString())));

        // Where this machine listens is its own configuration's to say; an address that the cluster was told of is listened at too, if it is this machine's.
        PeerAddress[] listenAt = [.. _own.Addresses.Union(Array.Find(nodes, node => node.Id == _own.Id)?.Addresses ?? [])];
        _background.Run("the change of the list of nodes", async () =>
        {
            PeersFile.Write(_peersFile, nodes);
            await _listeners.UpdateAsync(listenAt, NotListening).ConfigureAwait(false);
            await _listeners.ReconsiderAsync().ConfigureAwait(false);
        });
    }

    /// <summary>
    /// Takes what the replicated state shows of the nodes' processes. On the loop's thread. Connections of a process that is over end.
    /// </summary>
    public void Observe(ClusterState state)
    {
        if (_admission.Observe(state))
        {
            foreach (PeerLink peer in _table.All)
            {
                peer.Pulse.Reconsider(process => _admission.RefusalOf(process) is null);
            }

            _background.Run("ending connections of former processes", _listeners.ReconsiderAsync);
        }
    }

    /// <summary>Queues a message if there is room; <see cref="Flush"/> sends it.</summary>
    public void Send(in RaftMessage message)
    {
        if (_table.TryFind(message.To.Value, out PeerLink? peer))
        {
            OutgoingFrame frame = RaftFrame.TryMake(message) as OutgoingFrame ?? new EncodedFrame(PeerCodec.Encode(message));
            Queue(peer, frame, PeerCodec.IsPulse(message) ? Way.Pulse : PeerCodec.IsUrgent(message) ? Way.Urgent : Way.Bulk);
        }
    }

    /// <summary>Queues a message if there is room; <see cref="Flush"/> sends it.</summary>
    public void Send(PeerMessage message)
    {
        if (_table.TryFind(message.To.Value, out PeerLink? peer))
        {
            Queue(peer, new EncodedFrame(PeerCodec.Encode(message)), Way.Pulse);
        }
    }

    /// <summary>Sends what was queued, as far as possible on this thread; never waits.</summary>
    public void Flush()
    {
        foreach (PeerLink peer in _table.All)
        {
            peer.Flush();
        }
    }

    /// <summary>Closes everything; nothing reaches the inbox after it.</summary>
    public async ValueTask DisposeAsync()
    {
        _pulse.Dispose();
        await _background.DisposeAsync().ConfigureAwait(false);
        await _listeners.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_table.All.SelectMany(peer => peer.End()).Select(path => path.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _background.Closing.ConfigureAwait(false);
    }

    /// <summary>The nodes as last known; the file is a help only, so trouble with it is told and no more.</summary>
    private IReadOnlyList<NodePeer> KnownPeers()
    {
        IReadOnlyList<NodePeer> known = PeersFile.Read(_peersFile, out string? problem);
        if (problem is not null)
        {
            RuntimeLog.PeersFileUnusable(_logger, problem);
        }

        return known;
    }

    /// <summary>At least the first address has to work: a node that hears nobody on the path that is preferred was set up wrongly.</summary>
    private void Listen()
    {
        _listeners.Add(_own.Addresses[0]);
        foreach (PeerAddress address in _own.Addresses.Skip(1))
        {
            try
            {
                _listeners.Add(address);
            }
            catch (IOException e)
            {
                NotListening(address, e.Message);
            }
        }
    }

    private void NotListening(PeerAddress address, string problem) => RuntimeLog.NotListening(_logger, address.ToString(), problem);

    private NodePeer WithAddresses(NodePeer node) => node.Addresses.Count > 0
        ? node
        : node with { Addresses = node.Id == _own.Id ? _own.Addresses : _table.TryFind(node.Id.Value, out PeerLink? peer) ? peer.Node.Addresses : [] };

    private PeerLink Make(NodePeer node, bool isProvisional)
    {
        PeerLink? made = null;
        made = new PeerLink(
            node, isProvisional, _pulse.Peer(node.Id.Value), (number, address) => new PeerPath(_options, node.Id.Value, number, address, (path, status) => _news.Changed(made, path, status)))
        {
            Patience = Patience,
            Moved = (peer, from, to) => RuntimeLog.PathMoved(_logger, peer.Node.Name, from.Address.ToString(), to.Address.ToString()),
        };
        return made;
    }

    private void Close(IReadOnlyList<PeerPath> paths)
    {
        foreach (PeerPath path in paths)
        {
            _background.Close(path);
        }
    }

    private void Queue(PeerLink peer, OutgoingFrame frame, Way way)
    {
        if (frame.Length > _options.MaxFrameBytes)
        {
            RuntimeLog.MessageDropped(
                _logger, peer.Node.Id.Value, $"{frame.Length} bytes are more than a link carries ({_options.MaxFrameBytes})");
        }
        else if (!(way == Way.Pulse ? peer.Beat(frame) : way == Way.Urgent ? peer.QueueUrgent(frame) : peer.QueueBulk(frame)))
        {
            Interlocked.Increment(ref peer.DroppedCount);
        }
    }
}
