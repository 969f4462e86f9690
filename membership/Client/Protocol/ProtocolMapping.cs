using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Protocol;

/// <summary>Between the messages of member.proto and the types of the API.</summary>
internal static class ProtocolMapping
{
    /// <summary>The version of member.proto that this library speaks.</summary>
    public const uint Version = 1;

    public static EventPosition ToPosition(this Position? position) =>
        position is null ? EventPosition.Start : new EventPosition(position.Index, position.Ordinal);

    public static Position ToMessage(this EventPosition position) => new() { Index = position.Index, Ordinal = position.Ordinal };

    public static MembershipSnapshot ToSnapshot(this Snapshot snapshot, NodeId self) => new(
        snapshot.Position.ToPosition(),
        new Epoch(snapshot.Epoch),
        self,
        [.. snapshot.Nodes.Select(node => new NodeSnapshot(
            new NodeId(node.Id),
            node.Name,
            new Incarnation(node.Incarnation),
            (NodeLifeState)node.State))]);

    public static GroupMember ToMember(this GroupMemberInfo member) => new(
        new MemberId(member.Member),
        member.Slot,
        new NodeId(member.Node),
        member.NodeName,
        new Incarnation(member.Incarnation),
        member.Endpoint);
}
