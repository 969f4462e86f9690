using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>
/// The replicated state machine: the same commands in the same order make the same state, events and outcomes on every node.
/// </summary>
public sealed partial class ClusterState
{
    private readonly SortedDictionary<NodeId, NodeRecord> _nodes = [];
    private readonly SortedDictionary<ulong, FenceOperation> _operations = [];
    private readonly SortedDictionary<string, GroupRecord> _groups = new(StringComparer.Ordinal);

    /// <summary>Makes the state before the first command.</summary>
    /// <param name="nodes">The founders.</param>
    /// <param name="mutations">Canaries for the simulator; never set in production.</param>
    /// <param name="understood">The highest feature level that this build understands; other than the default only in tests of mixed builds.</param>
    public ClusterState(
        IReadOnlyList<ConfiguredNode> nodes,
        MembershipMutations mutations = MembershipMutations.None,
        uint understood = FeatureLevels.Understood)
    {
        foreach (ConfiguredNode node in nodes)
        {
            _nodes.Add(node.Id, new NodeRecord(node.Id, node.Name) { IsFounder = true, ConfiguredAddresses = node.Addresses });
        }

        Configuration = new ClusterConfiguration(_nodes.Keys);
        _mutations = mutations;
        _understood = understood;
    }

    /// <summary>All nodes, ordered by number.</summary>
    public IReadOnlyCollection<NodeRecord> Nodes => _nodes.Values;

    /// <summary>All fence operations, oldest first.</summary>
    public IReadOnlyCollection<FenceOperation> Operations => _operations.Values;

    /// <summary>All groups, ordered by name.</summary>
    public IReadOnlyCollection<GroupRecord> Groups => _groups.Values;

    /// <summary>The newest events.</summary>
    public EventLog Events { get; } = new();

    /// <summary>The epoch of the set of nodes that are up.</summary>
    public Epoch Epoch { get; private set; }

    /// <summary>The last applied log index.</summary>
    public LogIndex AppliedIndex { get; private set; }

    /// <summary>Finds a node.</summary>
    public NodeRecord? FindNode(NodeId id) => _nodes.GetValueOrDefault(id);

    /// <summary>Finds a node by name.</summary>
    public NodeRecord? FindNode(string name)
    {
        foreach (NodeRecord node in _nodes.Values)
        {
            if (node.Name == name)
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>Finds an operation.</summary>
    public FenceOperation? FindOperation(OperationId id) => _operations.GetValueOrDefault(id.Value);

    /// <summary>Finds a group.</summary>
    public GroupRecord? FindGroup(string name) => _groups.GetValueOrDefault(name);

    /// <summary>A majority where every node has one vote: what counts before <see cref="FeatureLevels.Membership"/>. See <see cref="VotesNeeded"/>.</summary>
    public int Majority => (_nodes.Count / 2) + 1;

    private readonly MembershipMutations _mutations;
}
