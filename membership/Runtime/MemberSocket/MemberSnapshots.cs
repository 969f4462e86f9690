using Cluster.Client.Protocol;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Snapshot = Cluster.Client.Protocol.Snapshot;

namespace Cluster.Runtime.MemberSocket;

/// <summary>
/// The replicated state as clients are told of it. It holds what the events up to its position tell and no more, so that a client that follows
/// the events and one that has just come see the same.
/// </summary>
internal static class MemberSnapshots
{
    public static Snapshot Of(ClusterState state)
    {
        EventPosition last = state.Events.Last;
        var snapshot = new Snapshot
        {
            Position = new Position { Index = last.Index, Ordinal = last.Ordinal },
            Epoch = state.Epoch.Value,
            SettingsVersion = state.Settings.Version,
            Voters = Voters(state.Configuration),
        };
        foreach (NodeRecord node in state.Nodes)
        {
            snapshot.Nodes.Add(Of(node));
        }

        foreach (GroupRecord group in state.Groups)
        {
            if (group.Generation.Value > 0)
            {
                snapshot.Groups.Add(Of(group));
            }
        }

        return snapshot;
    }

    /// <summary>
    /// Told at every feature level: below the one that has events of it, voters do not change, so that no client misses a change.
    /// </summary>
    private static VotersChangedEvent Voters(ClusterConfiguration configuration)
    {
        var told = new VotersChangedEvent();
        told.Voters.AddRange(configuration.Voters.Select(node => node.Value));
        told.Votes.AddRange(configuration.Votes.Select(votes => (uint)votes));
        told.Outgoing.AddRange(configuration.OutgoingVoters.Select(node => node.Value));
        told.OutgoingVotes.AddRange(configuration.OutgoingVotes.Select(votes => (uint)votes));
        told.Learners.AddRange(configuration.Learners.Select(node => node.Value));
        return told;
    }

    private static Node Of(NodeRecord node)
    {
        var told = new Node
        {
            Id = node.Id.Value,
            Name = node.Name,
            Incarnation = node.Incarnation.Value,
            State = (uint)node.State,
            Votes = (uint)node.Votes,
            IsArbiter = node.IsArbiter,
            Maintenance = node.IsMaintained,
            Draining = node.IsDraining,
        };
        told.Addresses.AddRange(node.Addresses);
        told.Labels.AddRange(node.Labels.Select(label => new Label { Key = label.Key, Value = label.Value }));
        return told;
    }

    /// <summary>No event tells that the last member of a stopped group was taken out: a group without members is told as a stopped one.</summary>
    private static Group Of(GroupRecord group) => new()
    {
        Name = group.Name,
        Generation = group.Generation.Value,
        Phase = (uint)(group.Phase == GroupPhase.Empty ? GroupPhase.Stopped : group.Phase),
    };
}
