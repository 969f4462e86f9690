using Cluster.Membership;
using Cluster.Transport;

namespace Cluster.Locks.Hosting;

/// <summary>An outbound link and who uses it (from, to). <see cref="Users"/> is guarded by the network.</summary>
internal sealed class SharedLink : IAsyncDisposable
{
    private readonly OutboundLink _link;

    /// <summary>Makes a link; nothing is connected before the first frame.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="address">The process to reach.</param>
    /// <param name="reconnected">Called after each connect but the first, on a thread of the pool.</param>
    /// <exception cref="FormatException">The address is none.</exception>
    public SharedLink(LinkOptions options, LinkAddress address, Action<SharedLink> reconnected)
    {
        Address = address;
        long seen = 1;
        _link = new OutboundLink(options, address.Node.Value, address.ToEndPoint(), status =>
        {
            // Reports of one connection come one after the other.
            if (status.Priority == LinkPriority.Bulk && status.IsConnected && status.Connects > seen)
            {
                seen = status.Connects;
                reconnected(this);
            }
        });
    }

    public LinkAddress Address { get; }

    public HashSet<(MemberId From, MemberId To)> Users { get; } = [];

    /// <summary>Why the link last failed; null while it never did.</summary>
    public string? LastError => _link.StatusOf(LinkPriority.Bulk) is { IsConnected: false } status ? status.LastError : null;

    public bool TrySend(ReadOnlyMemory<byte> frame) => _link.TrySend(frame);

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
