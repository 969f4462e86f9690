using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Client;

/// <summary>
/// The cluster at one position of its event order, and this node's standing in it. Immutable; whoever holds one may compare and keep it. Equal
/// positions show equal clusters, on whichever node they were taken; <see cref="Version"/>, <see cref="IsConnected"/>, <see cref="HoldsLease"/>
/// and <see cref="Incarnation"/> are this client's own.
/// </summary>
/// <param name="Position">The last event included.</param>
/// <param name="Epoch">The epoch of the set of nodes that are up.</param>
/// <param name="Self">This node.</param>
/// <param name="Nodes">All known nodes, ordered by number.</param>
public sealed record MembershipSnapshot(
    EventPosition Position,
    Epoch Epoch,
    NodeId Self,
    IReadOnlyList<NodeSnapshot> Nodes)
{
    /// <summary>Before the daemon's first welcome: nothing is known. Its version is 0.</summary>
    public static MembershipSnapshot None { get; } = new(EventPosition.Start, default, default, []);

    /// <summary>Grows with every snapshot of one client object, from 1 on.</summary>
    public long Version { get; init; }

    /// <summary>The cluster's name.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Whether the daemon was connected when this was made.</summary>
    public bool IsConnected { get; init; }

    /// <summary>
    /// Whether this node held its lease, and so belonged to a quorate side (S2), when this was made. For display and for decisions that can wait:
    /// whoever gives something away asks <see cref="ILease.IsHeld"/> at that very moment.
    /// </summary>
    public bool HoldsLease { get; init; }

    /// <summary>This node's present life; <see cref="Incarnation.None"/> while it is not a member.</summary>
    public Incarnation Incarnation { get; init; }

    /// <summary>The version of the cluster's settings; 0 before their first change.</summary>
    public ulong SettingsVersion { get; init; }

    /// <summary>Who votes.</summary>
    public QuorumSnapshot Quorum { get; init; } = QuorumSnapshot.None;

    /// <summary>All groups that ever had members, ordered by name (ordinal).</summary>
    public IReadOnlyList<GroupSnapshot> Groups { get; init; } = [];

    /// <summary>A node by its number; null when it is not known.</summary>
    public NodeSnapshot? Find(NodeId node) => Nodes.FirstOrDefault(each => each.Id == node);

    /// <summary>A group by its name; null when nobody ever joined it.</summary>
    public GroupSnapshot? Find(string group) => Groups.FirstOrDefault(each => each.Name == group);
}
