using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Client;

/// <summary>One node in a snapshot. Immutable.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Incarnation">Its newest life.</param>
/// <param name="State">Where that life stands.</param>
public sealed record NodeSnapshot(NodeId Id, string Name, Incarnation Incarnation, NodeLifeState State)
{
    /// <summary><c>host:port</c> of each of its peer endpoints, the preferred one first; empty when the daemon does not tell them.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>What its vote counts while it votes; see <see cref="QuorumSnapshot"/> for who does.</summary>
    public int Votes { get; init; } = 1;

    /// <summary>It votes and holds no lock manager.</summary>
    public bool IsArbiter { get; init; }

    /// <summary>It is not switched off by itself.</summary>
    public bool IsMaintained { get; init; }

    /// <summary>Lock managers on it are asked to leave their groups, and none may join.</summary>
    public bool IsDraining { get; init; }

    /// <summary>What operators wrote on it, ordered by key (ordinal).</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new SortedDictionary<string, string>(StringComparer.Ordinal).AsReadOnly();
}
