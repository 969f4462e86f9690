using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Transport;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.Hosting;

/// <summary>
/// One process's links to the members of all its lock spaces: one listener, one outbound link for each process it talks to. A
/// frame is the receiver's member number, the sender's (8 bytes each, little-endian) and the message. Member numbers are
/// positions in the cluster's log, so no two stays in any group share one, and a frame for a former user of an address finds
/// nobody.
/// </summary>
internal sealed partial class MemberNetwork : IAsyncDisposable, ILinkReceiver
{
    /// <summary>Bytes in front of each message.</summary>
    public const int HeaderBytes = 16;

    private const ushort ProtocolVersion = 1;

    private readonly ConcurrentDictionary<MemberId, MemberPort> _ports = new();
    private readonly ILogger _logger;
    private readonly LinkOptions _options;
    private readonly LinkListener _listener;
    private readonly Lock _gate = new();
    private readonly Dictionary<LinkAddress, SharedLink> _links = [];
    private readonly List<Task> _closing = [];
    private long _refused;
    private bool _disposed;

    private MemberNetwork(IPEndPoint endPoint, NodeId self, ILogger logger)
    {
        _logger = logger;
        Span<byte> session = stackalloc byte[8];
        RandomNumberGenerator.Fill(session);
        _options = new LinkOptions
        {
            Identity = new LinkIdentity
            {
                ClusterId = "lock-members",
                Node = self.Value,
                Session = BinaryPrimitives.ReadUInt64LittleEndian(session),
                ProtocolVersion = ProtocolVersion,
            },

            // The cores send again what was not acknowledged: what waits longest is worth most.
            Overflow = QueueOverflow.DropNewest,
        };
        _listener = LinkListener.Start(_options, endPoint, this);
    }

    /// <summary>Where this process listens.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.EndPoint;

    /// <summary>Frames that came for nobody here.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Opens the listener.</summary>
    /// <param name="endPoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="self">This node.</param>
    /// <param name="logger">Where to log.</param>
    /// <exception cref="IOException">The address cannot be used.</exception>
    public static MemberNetwork Listen(IPEndPoint endPoint, NodeId self, ILogger logger) => new(endPoint, self, logger);

    /// <summary>Gives a member of this process its way to the others. Frames for it are dropped until then.</summary>
    public MemberPort Open(MemberId self, IMemberPortReceiver receiver)
    {
        MemberPort port = new(this, self, receiver);
        if (!_ports.TryAdd(self, port))
        {
            throw new InvalidOperationException($"{self} has a port already");
        }

        return port;
    }

    /// <summary>Cuts all links; what waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> closing;
        lock (_gate)
        {
            _disposed = true;
            closing = [.. _closing, .. _links.Values.Select(l => l.DisposeAsync().AsTask())];
            _links.Clear();
            _closing.Clear();
        }

        await _listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(closing).ConfigureAwait(false);
    }

    void ILinkReceiver.Received(LinkPeer peer, ReadOnlyMemory<byte> body)
    {
        if (body.Length < HeaderBytes)
        {
            Interlocked.Increment(ref _refused);
            LogShortFrame(peer.Node, body.Length);
            return;
        }

        MemberId to = new(BinaryPrimitives.ReadUInt64LittleEndian(body.Span));
        MemberId from = new(BinaryPrimitives.ReadUInt64LittleEndian(body.Span[8..]));
        if (_ports.TryGetValue(to, out MemberPort? port))
        {
            port.Receive(from, body[HeaderBytes..]);
        }
        else
        {
            Interlocked.Increment(ref _refused);
        }
    }

    void ILinkReceiver.Refused(EndPoint? remote, string reason) => LogRefused(remote, reason);

    internal void Remove(MemberPort port) => _ports.TryRemove(port.Self, out _);

    /// <summary>The link to a member's process, shared by all who talk to that process; null when there can be none.</summary>
    internal SharedLink? Borrow(GroupMember member, MemberPort port)
    {
        LinkAddress address = new(member.Node, member.Endpoint);
        lock (_gate)
        {
            if (_disposed)
            {
                return null;
            }

            if (!_links.TryGetValue(address, out SharedLink? link))
            {
                try
                {
                    _links.Add(address, link = new SharedLink(_options, address, Reconnected));
                }
                catch (FormatException e)
                {
                    LogBadEndpoint(e, member.Id, member.NodeName);
                    return null;
                }
            }

            link.Users.Add((port.Self, member.Id));
            return link;
        }
    }

    internal void Return(SharedLink link, MemberPort port, MemberId member)
    {
        lock (_gate)
        {
            link.Users.Remove((port.Self, member));
            if (link.Users.Count == 0 && _links.Remove(link.Address))
            {
                _closing.RemoveAll(t => t.IsCompleted);
                _closing.Add(link.DisposeAsync().AsTask());
            }
        }
    }

    private void Reconnected(SharedLink link)
    {
        (MemberId From, MemberId To)[] users;
        lock (_gate)
        {
            users = [.. link.Users];
        }

        foreach ((MemberId from, MemberId to) in users)
        {
            if (_ports.TryGetValue(from, out MemberPort? port))
            {
                port.Reconnected(to);
            }
        }
    }

    [LoggerMessage(
        EventId = 4101,
        Level = LogLevel.Warning,
        Message = "Node {Node} sent a frame of {Bytes} bytes, shorter than its header; dropped")]
    private partial void LogShortFrame(uint node, int bytes);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Warning, Message = "Refused a connection from {Remote}: {Reason}")]
    private partial void LogRefused(EndPoint? remote, string reason);

    [LoggerMessage(
        EventId = 4103,
        Level = LogLevel.Error,
        Message = "Member {Member} on node {Node} cannot be reached by the endpoint it joined with")]
    private partial void LogBadEndpoint(Exception exception, MemberId member, string node);
}
