using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;
using Cluster.Transport.Security;

namespace Cluster.Runtime.Tests.Support;

/// <summary>One node's links without the node.</summary>
internal sealed class LinkEnd : IAsyncDisposable
{
    private readonly NodeId _self;
    private ulong _probe;

    public LinkEnd(string root, NodePeer self, IEnumerable<NodePeer> others, PeerTlsFiles? tls = null)
    {
        _self = self.Id;
        string data = Path.Combine(root, self.Name);
        Directory.CreateDirectory(data);
        var options = new NodeRuntimeOptions
        {
            ClusterId = "test",
            Self = self.Id,
            Nodes = [self, .. others],
            DataDirectory = data,
            MemberSocketPath = "unused",
            PeerTls = tls,
        };
        Links = new PeerLinks(options, (ulong)Random.Shared.NextInt64(), new Inbox(), new StallBoard(), Log);
    }

    public TestLog Log { get; } = new();

    public PeerLinks Links { get; }

    public PeerLinkStatus StatusOf(uint node) => Links.Status.Single(peer => peer.Node.Value == node);

    /// <summary>An urgent message.</summary>
    public void Ping(uint node)
    {
        Links.Send(new Ping(_self, new NodeId(node), _self, ++_probe));
        Links.Flush();
    }

    /// <summary>A message that goes over one path.</summary>
    public void Propose(uint node)
    {
        Links.Send(RaftMessage.Proposal(_self, new NodeId(node), new byte[100]));
        Links.Flush();
    }

    public long ReceivedFrom(uint node) => Links.Status.FirstOrDefault(peer => peer.Node.Value == node)?.Received ?? 0;

    /// <summary>Sends until something of it arrives.</summary>
    public Task ReachesAsync(LinkEnd other, string what)
    {
        long before = other.ReceivedFrom(_self.Value);
        return Eventually.Holds(
            () =>
            {
                Ping(other._self.Value);
                Propose(other._self.Value);
                return other.ReceivedFrom(_self.Value) > before;
            },
            what,
            () => string.Join('\n', Log.Lines.Concat(other.Log.Lines)));
    }

    public ValueTask DisposeAsync() => Links.DisposeAsync();
}
