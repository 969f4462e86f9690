using Cluster.Consensus;

namespace Cluster.Runtime;

/// <summary>A node of the cluster as its peers reach it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Addresses">
/// Its peer endpoints, at least one, the preferred one first. Each is a path of its own: traffic goes over the first that works.
/// </param>
public sealed record NodePeer(NodeId Id, string Name, IReadOnlyList<PeerAddress> Addresses)
{
    /// <summary>A node with one address.</summary>
    public NodePeer(NodeId id, string name, string host, int port)
        : this(id, name, [new PeerAddress(host, port)])
    {
    }

    /// <inheritdoc/>
    public bool Equals(NodePeer? other) =>
        other is not null && Id == other.Id && Name == other.Name && Addresses.SequenceEqual(other.Addresses);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, Name, Addresses.Count);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Id.Value}) at {string.Join(", ", Addresses)}";
}
