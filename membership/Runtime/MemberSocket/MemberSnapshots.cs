using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;

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
            Assembled = true,
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
