using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Connection;

/// <summary>Brings a snapshot forward by one event.</summary>
internal static class SnapshotFolding
{
    public static MembershipSnapshot Apply(this MembershipSnapshot snapshot, ClusterEvent clusterEvent)
    {
        snapshot = snapshot with
        {
            Position = new EventPosition(clusterEvent.Index, clusterEvent.Ordinal),
            Epoch = new Epoch(clusterEvent.Epoch),
        };
        return clusterEvent.KindCase switch
        {
            ClusterEvent.KindOneofCase.NodeUp => snapshot.With(
                clusterEvent.NodeUp.Node, clusterEvent.NodeUp.Name, clusterEvent.NodeUp.Incarnation, NodeLifeState.Up),
            ClusterEvent.KindOneofCase.NodeDown => snapshot.With(
                clusterEvent.NodeDown.Node, clusterEvent.NodeDown.Name, clusterEvent.NodeDown.Incarnation, NodeLifeState.Down),
            ClusterEvent.KindOneofCase.NodeLeft => snapshot.With(
                clusterEvent.NodeLeft.Node, clusterEvent.NodeLeft.Name, clusterEvent.NodeLeft.Incarnation, NodeLifeState.Left),
            ClusterEvent.KindOneofCase.NodeFenced => snapshot.With(
                clusterEvent.NodeFenced.Node, clusterEvent.NodeFenced.Name, clusterEvent.NodeFenced.Incarnation, NodeLifeState.Fenced),
            _ => snapshot,
        };
    }

    private static MembershipSnapshot With(
        this MembershipSnapshot snapshot, uint number, string name, ulong incarnation, NodeLifeState state)
    {
        var changed = new NodeSnapshot(new NodeId(number), name, new Incarnation(incarnation), state);
        var nodes = new List<NodeSnapshot>(snapshot.Nodes.Count + 1);
        bool placed = false;
        foreach (NodeSnapshot node in snapshot.Nodes)
        {
            if (!placed && node.Id >= changed.Id)
            {
                // An event about a former life (a late proof) does not describe the present one.
                nodes.Add(node.Id == changed.Id && node.Incarnation.Value > incarnation ? node : changed);
                placed = true;
                if (node.Id == changed.Id)
                {
                    continue;
                }
            }

            nodes.Add(node);
        }

        if (!placed)
        {
            nodes.Add(changed);
        }

        return snapshot with { Nodes = nodes };
    }
}
