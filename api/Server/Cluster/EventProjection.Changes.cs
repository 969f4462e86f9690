using Cluster.Api.Contract;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Cluster;

/// <content>Nodes that come and go, settings, voters.</content>
internal static partial class EventProjection
{
    private static NodeAddedData Added(ClusterEvent e) => new(
        e.NodeAdded.Name, e.NodeAdded.Node, [.. e.NodeAdded.Addresses], e.NodeAdded.Votes, e.NodeAdded.IsArbiter, DocumentMap.Optional(e.NodeAdded.Who))
    {
        Epoch = e.Epoch,
    };

    private static NodeChangedData Changed(ClusterEvent e) => new(
        e.NodeChanged.Name,
        [.. e.NodeChanged.Addresses],
        e.NodeChanged.Votes,
        e.NodeChanged.Maintenance,
        e.NodeChanged.Draining,
        e.NodeChanged.Labels.ToDictionary(label => label.Key, label => label.Value),
        DocumentMap.Optional(e.NodeChanged.Who))
    {
        Epoch = e.Epoch,
    };

    private static VotersChangedData Voters(ClusterEvent e) => new(
        [.. e.VotersChanged.Voters], [.. e.VotersChanged.Votes], [.. e.VotersChanged.Outgoing], [.. e.VotersChanged.Learners])
    {
        Epoch = e.Epoch,
    };
}
