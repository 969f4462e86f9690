using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime;

/// <summary>What the loop last published of itself; cheap to read from any thread.</summary>
/// <param name="Log">The consensus engine's status.</param>
/// <param name="Incarnation">This node's present life.</param>
/// <param name="LeaseDeadline">When its lease ends, by this machine's clock.</param>
/// <param name="IsQuorate">Whether it knew itself to belong to a majority when this was published.</param>
/// <param name="GroupsWaiting">Groups with members that are not ready.</param>
/// <param name="OpenFenceOperations">Fence operations without an end.</param>
/// <param name="FeatureLevel">The feature level that the cluster has reached, as far as this node knows.</param>
public sealed record NodeRuntimeStatus(
    ReplicatedLogStatus Log,
    Incarnation Incarnation,
    MonotonicTime LeaseDeadline,
    bool IsQuorate,
    int GroupsWaiting,
    int OpenFenceOperations,
    uint FeatureLevel);
