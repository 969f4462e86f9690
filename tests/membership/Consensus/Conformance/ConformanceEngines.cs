namespace Cluster.Consensus.Tests.Conformance;

/// <summary>Makes the engines of one cluster.</summary>
public abstract class ConformanceEngines
{
    /// <summary>A new cluster is made.</summary>
    public virtual void Begin(IReadOnlyList<NodeId> voters)
    {
    }

    /// <summary>A node starts from what its disk holds.</summary>
    public abstract IReplicatedLog Start(NodeId self, IReadOnlyList<NodeId> voters, RecoveredLog recovered, MonotonicTime now);
}
