using System.Globalization;
using Cluster.Api.Contract;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Google.Protobuf.Collections;
using Kind = Cluster.Membership.Protocol.ClusterEvent.KindOneofCase;

namespace Cluster.Api.Server.Cluster;

/// <summary>Committed events as CloudEvents 1.0 documents. Pure.</summary>
internal static class EventProjection
{
    public static CloudEvent Of(ClusterEvent source, string cluster)
    {
        (string kind, string subject, EventData data) = Describe(source);
        return new CloudEvent
        {
            Id = EventLog.PositionOf(source).ToString(),
            Source = $"/clusters/{cluster}",
            Type = $"cluster.{kind}",
            Subject = subject,
            Time = DocumentMap.Time(source.AtUnixMs),
            Data = data,
        };
    }

    private static (string Kind, string Subject, EventData Data) Describe(ClusterEvent e) => e.KindCase switch
    {
        Kind.NodeUp => ("node-up", Node(e.NodeUp.Name),
            new NodeUpData(e.NodeUp.Name, e.NodeUp.Incarnation, e.NodeUp.ApiUrl) { Epoch = e.Epoch }),
        Kind.NodeDown => ("node-down", Node(e.NodeDown.Name),
            new NodeDownData(e.NodeDown.Name, e.NodeDown.Incarnation, e.NodeDown.Reason, e.NodeDown.SilentMs) { Epoch = e.Epoch }),
        Kind.NodeLeft => ("node-left", Node(e.NodeLeft.Name),
            new NodeLeftData(e.NodeLeft.Name, e.NodeLeft.Incarnation) { Epoch = e.Epoch }),
        Kind.NodeFenced => ("node-fenced", Node(e.NodeFenced.Name), Fenced(e)),
        Kind.FenceOpened => ("fence-opened", Operation(e.FenceOpened.Operation), Opened(e)),
        Kind.FenceAttemptStarted => ("fence-attempt-started", Operation(e.FenceAttemptStarted.Operation), AttemptStarted(e)),
        Kind.FenceAttemptEnded => ("fence-attempt-ended", Operation(e.FenceAttemptEnded.Operation), AttemptEnded(e)),
        Kind.FenceClosed => ("fence-closed", Operation(e.FenceClosed.Operation),
            new FenceClosedData(e.FenceClosed.Operation, e.FenceClosed.Name, e.FenceClosed.Outcome) { Epoch = e.Epoch }),
        Kind.GroupStop => ("group-stop", Group(e.GroupStop.Group),
            new GroupStopData(e.GroupStop.Group, e.GroupStop.Generation, e.GroupStop.Reason, [.. e.GroupStop.Departed]) { Epoch = e.Epoch }),
        Kind.GroupStart => ("group-start", Group(e.GroupStart.Group), Started(e)),
        Kind.GroupReady => ("group-ready", Group(e.GroupReady.Group),
            new GroupReadyData(e.GroupReady.Group, e.GroupReady.Generation) { Epoch = e.Epoch }),
        Kind.NodeAdded => ("node-added", Node(e.NodeAdded.Name), Added(e)),
        Kind.NodeRemoved => ("node-removed", Node(e.NodeRemoved.Name),
            new NodeRemovedData(e.NodeRemoved.Name, e.NodeRemoved.Node, DocumentMap.Optional(e.NodeRemoved.Who)) { Epoch = e.Epoch }),
        Kind.NodeChanged => ("node-changed", Node(e.NodeChanged.Name), Changed(e)),
        Kind.SettingsChanged => ("settings-changed", "settings",
            new SettingsChangedData(e.SettingsChanged.Version, DocumentMap.Optional(e.SettingsChanged.Who)) { Epoch = e.Epoch }),
        Kind.VotersChanged => ("voters-changed", "quorum", Voters(e)),
        Kind.ClusterAssembled => ("cluster-assembled", "cluster",
            new ClusterAssembledData(DocumentMap.Optional(e.ClusterAssembled.Who)) { Epoch = e.Epoch }),
        _ => ("unknown", "cluster", new UnknownData { Epoch = e.Epoch }),
    };

    private static NodeAddedData Added(ClusterEvent e) => new(
        e.NodeAdded.Name,
        e.NodeAdded.Node,
        [.. e.NodeAdded.Addresses],
        Math.Max(e.NodeAdded.Votes, 1),
        e.NodeAdded.IsArbiter,
        Labels(e.NodeAdded.Labels),
        DocumentMap.Optional(e.NodeAdded.Who))
    {
        Epoch = e.Epoch,
    };

    private static NodeChangedData Changed(ClusterEvent e) => new(
        e.NodeChanged.Name,
        e.NodeChanged.Node,
        [.. e.NodeChanged.Addresses],
        Math.Max(e.NodeChanged.Votes, 1),
        e.NodeChanged.Maintenance,
        e.NodeChanged.Draining,
        Labels(e.NodeChanged.Labels),
        DocumentMap.Optional(e.NodeChanged.Who))
    {
        Epoch = e.Epoch,
    };

    private static VotersChangedData Voters(ClusterEvent e) => new(
        Voters(e.VotersChanged.Voters, e.VotersChanged.Votes),
        Voters(e.VotersChanged.Outgoing, e.VotersChanged.OutgoingVotes),
        [.. e.VotersChanged.Learners])
    {
        Epoch = e.Epoch,
    };

    /// <summary>No number, or 0, stands for one vote.</summary>
    private static EventVoter[] Voters(RepeatedField<uint> voters, RepeatedField<uint> votes) =>
        [.. voters.Select((voter, at) => new EventVoter(voter, at < votes.Count ? Math.Max(votes[at], 1) : 1))];

    private static SortedDictionary<string, string> Labels(IEnumerable<Label> labels)
    {
        var map = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (Label label in labels)
        {
            map[label.Key] = label.Value;
        }

        return map;
    }

    private static NodeFencedData Fenced(ClusterEvent e) => new(
        e.NodeFenced.Name,
        e.NodeFenced.Incarnation,
        DocumentMap.Of(e.NodeFenced.Evidence),
        e.NodeFenced.Operation,
        DocumentMap.Optional(e.NodeFenced.Who))
    {
        Epoch = e.Epoch,
    };

    private static FenceOpenedData Opened(ClusterEvent e) => new(
        e.FenceOpened.Operation,
        e.FenceOpened.Name,
        e.FenceOpened.Incarnation,
        DocumentMap.Of(e.FenceOpened.Kind),
        e.FenceOpened.Reason,
        e.FenceOpened.Requester)
    {
        Epoch = e.Epoch,
    };

    private static FenceAttemptStartedData AttemptStarted(ClusterEvent e) => new(
        e.FenceAttemptStarted.Operation,
        e.FenceAttemptStarted.Attempt,
        e.FenceAttemptStarted.Name,
        e.FenceAttemptStarted.ExecutorName,
        e.FenceAttemptStarted.Level,
        DocumentMap.Of(e.FenceAttemptStarted.Action))
    {
        Epoch = e.Epoch,
    };

    private static FenceAttemptEndedData AttemptEnded(ClusterEvent e) => new(
        e.FenceAttemptEnded.Operation,
        e.FenceAttemptEnded.Attempt,
        e.FenceAttemptEnded.Name,
        DocumentMap.Of(e.FenceAttemptEnded.Action),
        e.FenceAttemptEnded.Succeeded,
        DocumentMap.Of(e.FenceAttemptEnded.Evidence),
        DocumentMap.Optional(e.FenceAttemptEnded.Failure),
        e.FenceAttemptEnded.Detail,
        e.FenceAttemptEnded.Device,
        e.FenceAttemptEnded.TookMs)
    {
        Epoch = e.Epoch,
    };

    private static GroupStartData Started(ClusterEvent e) => new(
        e.GroupStart.Group,
        e.GroupStart.Generation,
        [.. e.GroupStart.Members.Select(Member)],
        [.. e.GroupStart.Departed.Select(Member)])
    {
        Epoch = e.Epoch,
    };

    private static GroupEventMember Member(GroupMemberInfo member) =>
        new(member.Member, member.Slot, member.NodeName, member.Incarnation, member.Endpoint);

    private static string Node(string name) => $"nodes/{name}";

    private static string Group(string name) => $"groups/{name}";

    private static string Operation(ulong id) => string.Create(CultureInfo.InvariantCulture, $"fencing/operations/{id}");
}
