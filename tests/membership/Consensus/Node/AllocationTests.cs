using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Node;

/// <summary>A step in the steady state allocates nothing but the log's own blocks.</summary>
public class AllocationTests
{
    private const int Rounds = 20_000;
    private const int ProposalsARound = 4;

    [Fact]
    public void Proposing_replicating_acknowledging_and_committing_allocate_only_the_logs_blocks()
    {
        var cluster = new QuietCluster(3);
        var payload = new byte[256];
        cluster.Elect();
        for (int i = 0; i < 2_000; i++)
        {
            cluster.Round(payload, ProposalsARound);
        }

        int roundsThatAllocated = 0;
        ulong before = cluster.Committed;
        for (int i = 0; i < Rounds; i++)
        {
            long start = GC.GetAllocatedBytesForCurrentThread();
            cluster.Round(payload, ProposalsARound);
            roundsThatAllocated += GC.GetAllocatedBytesForCurrentThread() > start ? 1 : 0;
        }

        Assert.Equal((ulong)(3 * Rounds * ProposalsARound), cluster.Committed - before);

        // A block begins on all nodes in the same round. What grows by doubling (lists of blocks) does so a few times.
        int blocks = (Rounds * ProposalsARound / EntryBlocks.MaxBlockEntries) + 1;
        Assert.InRange(roundsThatAllocated, 1, blocks + 10);
    }
}
