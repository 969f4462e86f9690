namespace Cluster.Api.Contract;

/// <summary>
/// The whole cluster as the answering node knows it, read at one moment: a subscriber that starts here goes on with the events after
/// <see cref="Position"/> and misses nothing.
/// </summary>
public sealed record ClusterDocument
{
    /// <summary>The cluster's id.</summary>
    public required string Cluster { get; init; }

    /// <summary>The node that answered.</summary>
    public required string AnsweredBy { get; init; }

    /// <summary>The version of the daemon that answered.</summary>
    public required string Version { get; init; }

    /// <summary>What builds of different age may use together: the level that the cluster has reached; it never falls.</summary>
    public uint FeatureLevel { get; init; } = 1;

    /// <summary>True when there is quorum, every node is up or has left by its own wish, nothing is being fenced and every group is ready or empty.</summary>
    public required bool Healthy { get; init; }

    /// <summary>Counts the changes of the set of nodes that are up.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>The newest event included. Resume <c>/v1/events</c> after it.</summary>
    public required string Position { get; init; }

    /// <summary>Quorum, leader and this node's lease.</summary>
    public required QuorumDocument Quorum { get; init; }

    /// <summary>All configured nodes, by number.</summary>
    public required IReadOnlyList<NodeDocument> Nodes { get; init; }

    /// <summary>The fence operations that are not closed, oldest first.</summary>
    public required IReadOnlyList<FenceOperationDocument> OpenFenceOperations { get; init; }

    /// <summary>All groups, by name.</summary>
    public required IReadOnlyList<GroupDocument> Groups { get; init; }

    /// <summary>What needs a look, most urgent first, each with what to do. Empty when the cluster is healthy.</summary>
    public required IReadOnlyList<AttentionDocument> Attention { get; init; }
}
