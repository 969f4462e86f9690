using Cluster.Consensus;

namespace Cluster.Membership;

/// <summary>The settings of one node's membership core.</summary>
public sealed record MembershipOptions
{
    /// <summary>This node.</summary>
    public required NodeId Self { get; init; }

    /// <summary>
    /// The founders: the nodes that the cluster began with, the same list on every node for ever. A node that was added later is not among them; what was
    /// added, changed and removed since stands in the log.
    /// </summary>
    public required IReadOnlyList<ConfiguredNode> Nodes { get; init; }

    /// <summary>This node's name; to be given by one that is not among <see cref="Nodes"/>. Empty: its name there.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where this node's REST API is reached; told to the others at the join.</summary>
    public string ApiUrl { get; init; } = "";

    /// <summary>
    /// Random number drawn by the shell at each start of the process; tells this life from every other. Each further life of the same
    /// process adds one, so that the lives of one process can be told from those of another.
    /// </summary>
    public required ulong Nonce { get; init; }

    /// <summary>Identifies the boot of this machine: after a reboot nothing of a former life can still run.</summary>
    public required string BootId { get; init; }

    /// <summary>The highest feature level that this build understands; other than the default only in tests of mixed builds.</summary>
    public uint FeatureLevel { get; init; } = FeatureLevels.Understood;

    /// <summary>Timing, as configured. In force until the cluster has settings (<see cref="ClusterState.Settings"/>), like the next four.</summary>
    public MembershipTiming Timing { get; init; } = MembershipTiming.Lan;

    /// <summary>What a former life of this node has left on disk (<see cref="NodeEffects.TimingToStore"/>); null for none.</summary>
    public StoredTiming? StoredTiming { get; init; }

    /// <summary>Fencing policy of the leader, as configured. Its levels are always this daemon's own.</summary>
    public FencePolicy Fencing { get; init; } = new();

    /// <summary>Quorum, as configured.</summary>
    public QuorumPolicy Quorum { get; init; } = new();

    /// <summary>Deadlines of groups, as configured.</summary>
    public GroupPolicy Groups { get; init; } = new();

    /// <summary>How much history is kept, as configured.</summary>
    public HistoryLimits Limits { get; init; } = new();

    /// <summary>When the log is shortened.</summary>
    public CompactionPolicy Compaction { get; init; } = new();

    /// <summary>Canaries for the simulator; never set in production.</summary>
    public MembershipMutations Mutations { get; init; }
}

/// <summary>A node as configured.</summary>
public sealed record ConfiguredNode(NodeId Id, string Name)
{
    /// <summary>
    /// The peer endpoints under which this node was told to reach it, <c>host:port</c>, the preferred one first. In force until the cluster itself is told others
    /// (<see cref="NodeRecord.Addresses"/>); nodes need not agree on them, so no rule depends on them.
    /// </summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}
