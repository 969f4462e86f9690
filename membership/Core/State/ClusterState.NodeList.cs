using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <content>The list of nodes: who is admitted, and what is kept of them.</content>
public sealed partial class ClusterState
{
    private readonly SortedSet<NodeId> _removed = [];

    /// <summary>Grows with every change of a node's number, name or addresses, and with every restored state.</summary>
    internal ulong PeersVersion { get; private set; }

    /// <summary>Whether this number belonged to a node that was removed: it is never used again.</summary>
    public bool IsRemoved(NodeId id) => _removed.Contains(id);

    private CommandOutcome ApplyNodeAdd(NodeAdd add)
    {
        if (FaultOf(add) is { } fault)
        {
            return Refused(OutcomeCode.Malformed, fault);
        }

        if (FindNode(add.Name) is { } named)
        {
            return IsSame(named, add)
                ? Accepted(named.Id.Value)
                : Refused(
                    OutcomeCode.Conflict,
                    $"a node can't be renamed or numbered anew: {add.Name} is node {named.Id}; choose another name, or remove that node first");
        }

        NodeId id = add.Node == 0 ? FirstFreeNumber() : new NodeId(add.Node);
        if (FindNode(id) is { } numbered)
        {
            return Refused(
                OutcomeCode.Conflict,
                $"a node can't be renamed: node {id} is {numbered.Name}, not {add.Name}; choose another number, or remove that node first");
        }

        if (IsRemoved(id))
        {
            return Refused(
                OutcomeCode.Conflict, $"node {id} was removed, and a number is never used again; choose another one (the next free is {FirstFreeNumber()})");
        }

        if (add.Token.Length > 0 && UseToken(add.Token) is { } refusal)
        {
            return refusal;
        }

        NodeRecord node = new(id, add.Name)
        {
            ReplicatedAddresses = [.. add.Addresses],
            Votes = (int)Math.Max(add.Votes, 1),
            IsArbiter = add.IsArbiter,
        };
        SetLabels(node, add.Labels);
        _nodes.Add(id, node);
        PeersVersion++;
        NodeAddedEvent added = new()
        {
            Node = id.Value,
            Name = node.Name,
            Votes = (uint)node.Votes,
            IsArbiter = node.IsArbiter,
            Who = add.Who,
        };
        added.Addresses.AddRange(node.ReplicatedAddresses);
        added.Labels.AddRange(SavedForms.Labels(node));
        Emit(new ClusterEvent { NodeAdded = added });
        return Accepted(id.Value);
    }

    private static string? FaultOf(NodeAdd add)
    {
        string? fault = !NodeRules.IsName(add.Name) ? $"a node's name has {NodeRules.NameRule}"
            : add.Node > NodeRules.MaxNumber ? $"numbers go up to {NodeRules.MaxNumber}; choose a smaller one, or 0 for the next that is free"
            : add.Votes > NodeRules.MaxVotes ? $"a vote counts at most {NodeRules.MaxVotes}"
            : add.Who.Length == 0 && add.Token.Length == 0 ? "say who adds it, or with which token"
            : add.Addresses.Count == 0 ? "it has no address; name at least one as host:port"
            : NodeRules.Fault(add.Addresses) ?? NodeRules.Fault(add.Labels);
        return fault is null ? null : $"node {add.Name} can't be added: {fault}";
    }

    /// <summary>A request that was made twice: it names the node as it is, which has not come yet.</summary>
    private static bool IsSame(NodeRecord node, NodeAdd add) =>
        (add.Node == 0 || add.Node == node.Id.Value)
        && node.State == NodeLifeState.Absent
        && node.IsArbiter == add.IsArbiter
        && node.ReplicatedAddresses.SequenceEqual(add.Addresses);

    private NodeId FirstFreeNumber()
    {
        uint highest = 0;
        foreach (NodeId id in _nodes.Keys)
        {
            highest = Math.Max(highest, id.Value);
        }

        foreach (NodeId id in _removed)
        {
            highest = Math.Max(highest, id.Value);
        }

        return new NodeId(highest + 1);
    }

    private CommandOutcome? UseToken(string id)
    {
        if (FindToken(id) is not { } token)
        {
            return Refused(OutcomeCode.NotFound, $"there is no join token {id}; ask an operator for a new one");
        }

        if (token.WhyUseless(_applyingAtUnixMs) is { } why)
        {
            return Refused(OutcomeCode.WrongState, $"the join token {id} {why}; ask an operator for a new one");
        }

        token.Used++;
        return null;
    }

    private CommandOutcome ApplyNodeRemove(NodeRemove remove)
    {
        NodeId id = new(remove.Node);
        if (FindNode(id) is not { } node)
        {
            return IsRemoved(id) ? Accepted() : UnknownNode(remove.Node);
        }

        if (remove.Who.Length == 0)
        {
            return Refused(OutcomeCode.Malformed, $"removing {node.Name} needs a name: who does it");
        }

        if (node.State is NodeLifeState.Up or NodeLifeState.Down)
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} can't be removed: it is {node.State.ToString().ToLowerInvariant()}; let it leave, or see that it is fenced, first");
        }

        if (AnybodyWaitsFor(node) || OpenOperation(node.Id, node.Incarnation) is not null)
        {
            return Refused(
                OutcomeCode.WrongState,
                $"{node.Name} can't be removed: a group waits for proof about it, or a fence operation is open for it; remove it when that has ended");
        }

        if (VotesOf(id) == VotesTotal)
        {
            return Refused(OutcomeCode.WrongState, $"{node.Name} can't be removed: nobody else votes; bring another node up first");
        }

        _nodes.Remove(id);
        _removed.Add(id);
        PeersVersion++;
        Emit(new ClusterEvent { NodeRemoved = new NodeRemovedEvent { Node = id.Value, Name = node.Name, Who = remove.Who } });
        return Accepted();
    }

    private CommandOutcome ApplyNodeConfigure(NodeConfigure change)
    {
        if (FindNode(new NodeId(change.Node)) is not { } node)
        {
            return UnknownNode(change.Node);
        }

        string? fault = change.Who.Length == 0 ? "say who changes it"
            : change.HasVotes && change.Votes is 0 or > NodeRules.MaxVotes ? $"a vote counts from 1 to {NodeRules.MaxVotes}"
            : NodeRules.Fault(change.Addresses) ?? NodeRules.Fault(change.Labels);
        if (fault is not null)
        {
            return Refused(OutcomeCode.Malformed, $"{node.Name} can't be changed: {fault}");
        }

        SavedNode before = SavedForms.Of(node);
        if (change.Addresses.Count > 0 && !node.ReplicatedAddresses.SequenceEqual(change.Addresses))
        {
            node.ReplicatedAddresses = [.. change.Addresses];
            PeersVersion++;
        }

        node.Votes = change.HasVotes ? (int)change.Votes : node.Votes;
        node.IsMaintained = change.HasMaintenance ? change.Maintenance : node.IsMaintained;
        node.IsDraining = change.HasDraining ? change.Draining : node.IsDraining;
        if (change.SetLabels)
        {
            SetLabels(node, change.Labels);
        }

        if (!before.Equals(SavedForms.Of(node)))
        {
            EmitChanged(node, change.Who);
        }

        if (before.Maintenance && node is { IsMaintained: false, State: NodeLifeState.Down } && OpenOperation(node.Id, node.Incarnation) is null)
        {
            Open(node, Settings.Values.Fencing.OnDown, "down when its maintenance ended", "cluster", "");
        }

        return Accepted();
    }

    /// <summary>Why no lock manager may join a group from a node; null when it may.</summary>
    private CommandOutcome? RefuseToHold(NodeRecord node) =>
        node.IsArbiter ? Refused(OutcomeCode.WrongState, $"{node.Name} is an arbiter: it votes and holds nothing; run lock managers on other nodes")
        : node.IsDraining ? Refused(OutcomeCode.WrongState, $"{node.Name} is being drained: no lock manager may join on it; join on another node, or end the draining")
        : null;

    /// <summary>Whether a node is down in maintenance: the cluster does not have it switched off by itself, so whoever waits for it waits for an operator.</summary>
    internal bool IsLeftToAnOperator(NodeRecord node) =>
        node is { IsMaintained: true, State: NodeLifeState.Down } && OpenOperation(node.Id, node.Incarnation) is null;

    private void EmitChanged(NodeRecord node, string who)
    {
        NodeChangedEvent changed = new()
        {
            Node = node.Id.Value,
            Name = node.Name,
            Votes = (uint)node.Votes,
            Maintenance = node.IsMaintained,
            Draining = node.IsDraining,
            Who = who,
        };
        changed.Addresses.AddRange(node.ReplicatedAddresses);
        changed.Labels.AddRange(SavedForms.Labels(node));
        Emit(new ClusterEvent { NodeChanged = changed });
    }

    private static void SetLabels(NodeRecord node, IEnumerable<Label> labels)
    {
        node.LabelMap.Clear();
        foreach (Label label in labels)
        {
            node.LabelMap[label.Key] = label.Value;
        }
    }
}
