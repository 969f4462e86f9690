namespace Cluster.Consensus.Tests.Conformance;

/// <summary>The simplest engine there is.</summary>
public class ReferenceEngineConformance() : ReplicatedLogConformance(new Engines())
{
    private sealed class Engines : ConformanceEngines
    {
        private ReferenceTruth? _truth;

        public override void Begin(IReadOnlyList<NodeId> voters) => _truth = new ReferenceTruth(voters, TimeSpan.FromMilliseconds(100));

        public override IReplicatedLog Start(
            NodeId self, IReadOnlyList<NodeId> voters, RecoveredLog recovered, MonotonicTime now) =>
            new ReferenceEngine(self, _truth!, recovered);
    }
}
