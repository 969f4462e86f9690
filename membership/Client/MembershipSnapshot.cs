using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Client;

/// <summary>The cluster at one position of its event order. Immutable.</summary>
/// <param name="Position">The last event included.</param>
/// <param name="Epoch">The epoch of the set of nodes that are up.</param>
/// <param name="Self">This node.</param>
/// <param name="Nodes">All known nodes, ordered by number.</param>
public sealed record MembershipSnapshot(
    EventPosition Position,
    Epoch Epoch,
    NodeId Self,
    IReadOnlyList<NodeSnapshot> Nodes);

/// <summary>One node in a snapshot.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Incarnation">Its newest life.</param>
/// <param name="State">Where that life stands.</param>
public sealed record NodeSnapshot(NodeId Id, string Name, Incarnation Incarnation, NodeLifeState State);
