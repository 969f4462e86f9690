using Cluster.Client.Protocol;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Kind = Cluster.Membership.Protocol.ClusterEvent.KindOneofCase;

namespace Cluster.Client.Connection;

/// <summary>
/// Brings a snapshot forward by one event. What comes out at a position is what the daemon would tell of it: the two ways to a position must not
/// differ, or a client that reconnects would see the cluster change without an event.
/// </summary>
internal static class SnapshotFolding
{
    public static MembershipSnapshot Apply(this MembershipSnapshot snapshot, ClusterEvent e)
    {
        snapshot = snapshot with { Position = new EventPosition(e.Index, e.Ordinal), Epoch = new Epoch(e.Epoch) };
        return e.KindCase switch
        {
            Kind.NodeUp => snapshot.Live(e.NodeUp.Node, e.NodeUp.Name, e.NodeUp.Incarnation, NodeLifeState.Up),
            Kind.NodeDown => snapshot.Live(e.NodeDown.Node, e.NodeDown.Name, e.NodeDown.Incarnation, NodeLifeState.Down),
            Kind.NodeLeft => snapshot.Live(e.NodeLeft.Node, e.NodeLeft.Name, e.NodeLeft.Incarnation, NodeLifeState.Left),
            Kind.NodeFenced => snapshot.Live(e.NodeFenced.Node, e.NodeFenced.Name, e.NodeFenced.Incarnation, NodeLifeState.Fenced),
            Kind.NodeAdded => snapshot.Put(Added(e.NodeAdded)),
            Kind.NodeChanged => snapshot.Put(Changed(snapshot, e.NodeChanged)),
            Kind.NodeRemoved => snapshot with { Nodes = [.. snapshot.Nodes.Where(node => node.Id.Value != e.NodeRemoved.Node)] },
            Kind.SettingsChanged => snapshot with { SettingsVersion = e.SettingsChanged.Version },
            Kind.VotersChanged => snapshot with { Quorum = e.VotersChanged.ToQuorum() },
            Kind.GroupStop => snapshot.Group(e.GroupStop.Group, group => group with { Phase = GroupPhase.Stopped }),
            Kind.GroupStart => snapshot.Group(e.GroupStart.Group, group => group with
            {
                Generation = new Generation(e.GroupStart.Generation),
                Phase = GroupPhase.Starting,
            }),
            Kind.GroupReady => snapshot.Group(e.GroupReady.Group, group => group with { Phase = GroupPhase.Ready }),
            _ => snapshot,
        };
    }

    private static MembershipSnapshot Live(
        this MembershipSnapshot snapshot, uint number, string name, ulong incarnation, NodeLifeState state)
    {
        NodeSnapshot? known = snapshot.Find(new NodeId(number));
        if (known is not null && known.Incarnation.Value > incarnation)
        {
            return snapshot; // A late proof about a former life does not describe the present one.
        }

        known ??= new NodeSnapshot(new NodeId(number), name, Incarnation.None, NodeLifeState.Absent);
        return snapshot.Put(known with { Name = name, Incarnation = new Incarnation(incarnation), State = state });
    }

    private static NodeSnapshot Added(NodeAddedEvent added) =>
        new(new NodeId(added.Node), added.Name, Incarnation.None, NodeLifeState.Absent)
        {
            Addresses = [.. added.Addresses],
            Votes = ProtocolMapping.Votes(added.Votes),
            IsArbiter = added.IsArbiter,
            Labels = ProtocolMapping.ToLabels(added.Labels),
        };

    private static NodeSnapshot Changed(MembershipSnapshot snapshot, NodeChangedEvent changed)
    {
        NodeSnapshot known = snapshot.Find(new NodeId(changed.Node))
            ?? new NodeSnapshot(new NodeId(changed.Node), changed.Name, Incarnation.None, NodeLifeState.Absent);
        return known with
        {
            Name = changed.Name,
            // None: the cluster was told none, and the node is reached as the nodes' own configurations say.
            Addresses = changed.Addresses.Count > 0 ? [.. changed.Addresses] : known.Addresses,
            Votes = ProtocolMapping.Votes(changed.Votes),
            IsMaintained = changed.Maintenance,
            IsDraining = changed.Draining,
            Labels = ProtocolMapping.ToLabels(changed.Labels),
        };
    }

    private static MembershipSnapshot Put(this MembershipSnapshot snapshot, NodeSnapshot changed) => snapshot with
    {
        Nodes = [.. snapshot.Nodes.Where(node => node.Id != changed.Id).Append(changed).OrderBy(node => node.Id)],
    };

    private static MembershipSnapshot Group(this MembershipSnapshot snapshot, string name, Func<GroupSnapshot, GroupSnapshot> change)
    {
        GroupSnapshot changed = change(snapshot.Find(name) ?? new GroupSnapshot(name, default, GroupPhase.Stopped));
        return snapshot with
        {
            Groups = [.. snapshot.Groups.Where(group => group.Name != name).Append(changed).OrderBy(group => group.Name, StringComparer.Ordinal)],
        };
    }
}
