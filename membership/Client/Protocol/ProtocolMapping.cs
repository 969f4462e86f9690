using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Google.Protobuf.Collections;

namespace Cluster.Client.Protocol;

/// <summary>Between the messages of member.proto and the types of the API.</summary>
internal static class ProtocolMapping
{
    /// <summary>The version of member.proto that this library speaks.</summary>
    public const uint Version = 1;

    public static EventPosition ToPosition(this Position? position) =>
        position is null ? EventPosition.Start : new EventPosition(position.Index, position.Ordinal);

    public static Position ToMessage(this EventPosition position) => new() { Index = position.Index, Ordinal = position.Ordinal };

    public static MembershipSnapshot ToSnapshot(this Snapshot snapshot, NodeId self, string cluster) => new(
        snapshot.Position.ToPosition(),
        new Epoch(snapshot.Epoch),
        self,
        [.. snapshot.Nodes.Select(ToNode)])
    {
        Cluster = cluster,
        SettingsVersion = snapshot.SettingsVersion,
        Quorum = snapshot.Voters?.ToQuorum() ?? QuorumSnapshot.None,
        Groups = [.. snapshot.Groups.Select(group => new GroupSnapshot(group.Name, new Generation(group.Generation), (GroupPhase)group.Phase))],
    };

    public static QuorumSnapshot ToQuorum(this VotersChangedEvent voters) =>
        new(ToVoters(voters.Voters, voters.Votes), ToVoters(voters.Outgoing, voters.OutgoingVotes));

    public static IReadOnlyDictionary<string, string> ToLabels(IEnumerable<Label> labels)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Label label in labels)
        {
            map[label.Key] = label.Value;
        }

        return map.AsReadOnly();
    }

    /// <summary>0 stands for one vote, as in all messages.</summary>
    public static int Votes(uint votes) => votes == 0 ? 1 : (int)votes;

    public static GroupMember ToMember(this GroupMemberInfo member) => new(
        new MemberId(member.Member),
        member.Slot,
        new NodeId(member.Node),
        member.NodeName,
        new Incarnation(member.Incarnation),
        member.Endpoint);

    private static NodeSnapshot ToNode(Node node) => new(new NodeId(node.Id), node.Name, new Incarnation(node.Incarnation), (NodeLifeState)node.State)
    {
        Addresses = [.. node.Addresses],
        Votes = Votes(node.Votes),
        IsArbiter = node.IsArbiter,
        IsMaintained = node.Maintenance,
        IsDraining = node.Draining,
        Labels = ToLabels(node.Labels),
    };

    private static VoterSnapshot[] ToVoters(RepeatedField<uint> voters, RepeatedField<uint> votes) =>
        [.. voters.Select((voter, at) => new VoterSnapshot(new NodeId(voter), Votes(at < votes.Count ? votes[at] : 0))).OrderBy(voter => voter.Id)];
}
