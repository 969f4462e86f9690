using Cluster.Api.Contract;
using Cluster.Consensus;
using Cluster.Api.Server.Settings;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Cluster;

/// <summary>A node's view of the cluster as one document. Runs on the node's loop: it only copies.</summary>
/// <param name="cluster">The cluster's id.</param>
/// <param name="self">The node that answers.</param>
/// <param name="policy">Knows which fencing levels each node has.</param>
internal sealed class ClusterProjection(string cluster, NodeId self, FencePolicy policy)
{
    private static readonly string Version =
        typeof(ClusterProjection).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    public ClusterDocument Of(ClusterNode node, MonotonicTime now)
    {
        ClusterState state = node.State;
        QuorumDocument quorum = Quorum(node, now);
        NodeDocument[] nodes = [.. state.Nodes.Select(record => Node(record, quorum.Leader, state.Configuration))];
        FenceOperationDocument[] open =
        [
            .. state.Operations
                .Where(operation => operation.Phase != FencePhase.Closed)
                .Select(operation => OperationProjection.Of(operation, state)),
        ];
        GroupDocument[] groups = [.. state.Groups.Select(record => Group(record, node, now))];
        IReadOnlyList<AttentionDocument> attention = Advisor.Advise(quorum, nodes, open, groups);
        return new ClusterDocument
        {
            Cluster = cluster,
            AnsweredBy = state.FindNode(self)?.Name ?? self.ToString(),
            Version = Version,
            FeatureLevel = state.FeatureLevel,
            Healthy = attention.Count == 0,
            Epoch = state.Epoch.Value,
            Position = state.Events.Last.ToString(),
            Quorum = quorum,
            Nodes = nodes,
            OpenFenceOperations = open,
            Groups = groups,
            Attention = attention,
        };
    }

    private static QuorumDocument Quorum(ClusterNode node, MonotonicTime now)
    {
        ReplicatedLogStatus log = node.Log.Status;
        double remainingMs = Math.Max(0, (node.LeaseDeadline - now).TotalMilliseconds);
        return new QuorumDocument
        {
            Quorate = node.IsQuorate(now),
            Leader = log.Leader.IsNone ? null : node.State.FindNode(log.Leader)?.Name ?? log.Leader.ToString(),
            Term = log.Term.Value,
            Role = DocumentMap.Of(log.Role),
            Votes = node.State.VotesTotal,
            Majority = node.State.VotesNeeded,
            VotesUp = node.State.VotesUp,
            Voters = [.. node.State.Voters.Select(voter => NameOf(node.State, voter))],
            VotersUp = node.State.Voters.Count(voter => node.State.FindNode(voter)?.State == NodeLifeState.Up),
            Outgoing = [.. node.State.Configuration.OutgoingVoters.Select(voter => NameOf(node.State, voter))],
            Learners = [.. node.State.Configuration.Learners.Select(learner => NameOf(node.State, learner))],
            Missing = node.MissingNodes,
            LeftToOperator = node.NodesLeftToAnOperator,
            VotersHeldUp = DocumentMap.Optional(node.VotersHeldUp),
            Policy = SettingsMap.Values(
                node.Settings, "", new NodeNumbers([.. node.State.Nodes.Select(record => (record.Id, record.Name))])).Quorum,
            SettingsVersion = node.State.Settings.Version,
            Lease = new LeaseDocument(node.LeaseDeadline > now, (long)remainingMs),
            CommitIndex = log.CommitIndex.Value,
            AppliedIndex = node.State.AppliedIndex.Value,
        };
    }

    private static string NameOf(ClusterState state, NodeId id) => state.FindNode(id)?.Name ?? id.ToString();

    private NodeDocument Node(NodeRecord record, string? leader, ClusterConfiguration voters) => new()
    {
        Id = record.Id.Value,
        Name = record.Name,
        Url = $"/v1/nodes/{record.Name}",
        State = DocumentMap.Of(record.State),
        Incarnation = record.Incarnation.Value,
        Voting = voters.IsVoter(record.Id),
        Votes = record.Votes,
        Arbiter = record.IsArbiter,
        Founder = record.IsFounder,
        Addresses = [.. record.Addresses],
        Maintenance = record.IsMaintained,
        Draining = record.IsDraining,
        Labels = record.Labels.ToDictionary(),
        FeatureLevel = record.FeatureLevel,
        Leader = record.Name == leader,
        Evidence = DocumentMap.Of(record.Evidence),
        FenceLevels = policy.Levels.GetValueOrDefault(record.Id) ?? [],
        ApiUrl = DocumentMap.Optional(record.ApiUrl),
        DownReason = DocumentMap.Optional(record.DownReason),
        ConfirmedBy = DocumentMap.Optional(record.ConfirmedBy),
        ChangedAt = DocumentMap.OptionalTime(record.ChangedAtUnixMs),
    };

    private static GroupDocument Group(GroupRecord record, ClusterNode node, MonotonicTime now) => new()
    {
        Name = record.Name,
        Url = $"/v1/groups/{record.Name}",
        State = DocumentMap.Of(record.Phase),
        Generation = record.Generation.Value,
        RequiredEvidence = DocumentMap.Of(record.RequiredEvidence),
        AckDeadlineMs = (long)(record.AckDeadline ?? node.Settings.Groups.AckDeadline).TotalMilliseconds,
        LateMember = SettingsMap.Word(record.LateMember == LateMember.Unspecified ? node.Settings.Groups.LateMember : record.LateMember),
        Members =
        [
            .. record.Members.OrderBy(member => member.Member.Slot).Select(member => new GroupMemberDocument(
                member.Member.Id.Value,
                member.Member.Slot,
                member.Member.NodeName,
                member.Member.Incarnation.Value,
                member.Member.Endpoint,
                member.Acknowledged.Value)),
        ],
        Departed =
        [
            .. record.Departed.Select(departed => new DepartedMemberDocument(
                departed.Member.Id.Value,
                departed.Member.Slot,
                departed.Member.NodeName,
                departed.Member.Incarnation.Value,
                departed.Clean)),
        ],
        WaitsFor = [.. node.WaitsFor(record, now)],
    };
}
