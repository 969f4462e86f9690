using Cluster.Membership;
using Cluster.Transport;

namespace Cluster.Locks.Hosting;

/// <summary>An outbound link and who uses it (from, to). <see cref="Users"/> is guarded by the network.</summary>
internal sealed class SharedLink(LinkOptions options, LinkAddress address) : IAsyncDisposable
{
    private readonly OutboundLink _link = new(options, address.Node.Value, address.ToEndPoint());

    public LinkAddress Address { get; } = address;

    public HashSet<(MemberId From, MemberId To)> Users { get; } = [];

    /// <summary>Why the link last failed; null while it never did.</summary>
    public string? LastError => _link.StatusOf(LinkPriority.Bulk) is { IsConnected: false } status ? status.LastError : null;

    public bool TrySend(ReadOnlyMemory<byte> frame) => _link.TrySend(frame);

    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
