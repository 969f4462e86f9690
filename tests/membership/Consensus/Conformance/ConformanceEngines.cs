namespace Cluster.Consensus.Tests.Conformance;

/// <summary>Starts a node's engine from what its disk holds.</summary>
public delegate IReplicatedLog EngineStart(NodeId self, RecoveredLog recovered, MonotonicTime now);

/// <summary>Makes engines.</summary>
public abstract class ConformanceEngines
{
    /// <summary>What starts the engines of a new cluster of these voters.</summary>
    public abstract EngineStart NewCluster(IReadOnlyList<NodeId> voters);
}
