namespace Cluster.Consensus.Tests.Conformance;

/// <summary>The engine of this project.</summary>
public class RaftNodeConformance() : ReplicatedLogConformance(new Engines())
{
    private sealed class Engines : ConformanceEngines
    {
        public override EngineStart NewCluster(IReadOnlyList<NodeId> voters) => (self, recovered, now) => new RaftNode(
            new RaftOptions { Self = self, Voters = voters, Seed = self.Value, TrailingEntries = 0, MaxTrailingBytes = 0 }, recovered, now);
    }
}
