namespace Cluster.Consensus.Tests.Conformance;

/// <summary>The simplest engine there is.</summary>
public class ReferenceEngineConformance() : ReplicatedLogConformance(new Engines())
{
    private sealed class Engines : ConformanceEngines
    {
        public override EngineStart NewCluster(IReadOnlyList<NodeId> voters)
        {
            var truth = new ReferenceTruth(voters, TimeSpan.FromMilliseconds(100));
            return (self, recovered, _) => new ReferenceEngine(self, truth, recovered);
        }
    }
}
