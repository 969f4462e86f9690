namespace Cluster.Consensus.Tests.Network;

public class RandomNetworkTests
{
    [Theory]
    [InlineData(3, 1, 150)]
    [InlineData(5, 1001, 80)]
    [InlineData(2, 2001, 30)]
    [InlineData(4, 3001, 30)]
    public void Faults_break_no_promise_and_after_them_everything_is_committed_everywhere(int size, ulong from, ulong seeds)
    {
        for (ulong seed = from; seed < from + seeds; seed++)
        {
            try
            {
                FaultsThenHeal(new RandomNetwork(seed, size));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, {size} voters: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var first = new RandomNetwork(7, 3);
        var second = new RandomNetwork(7, 3);
        var other = new RandomNetwork(8, 3);
        FaultsThenHeal(first);
        FaultsThenHeal(second);
        FaultsThenHeal(other);

        Assert.Equal(first.Trace, second.Trace);
        Assert.NotEqual(first.Trace, other.Trace);
    }

    [Fact]
    public void An_engine_that_acknowledges_before_the_write_is_on_disk_is_caught()
    {
        var network = new RandomNetwork(1, 3, RaftMutations.AcknowledgeBeforePersisted);

        Assert.Throws<SafetyViolationException>(() => FaultsThenHeal(network));
    }

    [Theory]
    [InlineData(RaftMutations.VotesWhileHearingLeader)]
    [InlineData(RaftMutations.ReferencesSnapshotsBeforeSaved)]
    [InlineData(RaftMutations.InstallKeepsConflictingEntries)]
    [InlineData(RaftMutations.CompactsBeyondApplied)]
    [InlineData(RaftMutations.IgnoresChunkChecksums)]
    public void An_engine_that_breaks_a_promise_is_caught(RaftMutations mutation)
    {
        for (ulong seed = 1; seed <= 200; seed++)
        {
            try
            {
                FaultsThenHeal(new RandomNetwork(seed, 3, mutation));
            }
            catch (Exception e) when (e is SafetyViolationException or InvalidOperationException)
            {
                TestContext.Current.SendDiagnosticMessage("{0}: seed {1}: {2}", mutation, seed, e.Message);
                return;
            }
        }

        Assert.Fail($"{mutation} was not caught in 200 runs");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void After_a_leaders_death_a_healthy_network_commits_again_within_a_few_hundred_milliseconds(int size)
    {
        var outages = new List<int>();
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var network = new RandomNetwork(seed, size, delayMs: 1);
            network.HealAndRun(TimeSpan.FromSeconds(2) + TimeSpan.FromMilliseconds(seed));
            int before = network.Checker.CommittedCount;
            network.KillLeader();
            int outageMs = 0;
            while (network.Checker.CommittedCount == before)
            {
                Assert.True(outageMs < 2_000, $"seed {seed}: nothing was committed for 2 s");
                network.Run(TimeSpan.FromMilliseconds(1));
                network.TryPropose();
                outageMs++;
            }

            outages.Add(outageMs);
        }

        // Virtual time: these are the protocol's own delays, not this machine's.
        outages.Sort();
        Assert.InRange(outages[50], 150, 300);
        Assert.InRange(outages[^1], 150, 400);
    }

    private static void FaultsThenHeal(RandomNetwork network)
    {
        network.Run(TimeSpan.FromSeconds(5));
        network.HealAndRun(TimeSpan.FromSeconds(3));
        Assert.True(network.Checker.Elections > 0, "nobody was ever elected");
        Assert.True(network.TryPropose(), "nobody leads on a healed network");
        List<ulong> reads = network.ReadEverywhere();
        network.HealAndRun(TimeSpan.FromSeconds(1));
        Assert.All(reads, read => Assert.False(network.Reads[read].IsRefused));

        int committed = network.Checker.CommittedCount;
        Assert.True(committed > 0, "nothing was committed");
        foreach (SimulatedVoter voter in network.Voters)
        {
            ReplicatedLogStatus status = voter.Node!.Status;
            Assert.Equal((ulong)committed, status.CommitIndex.Value);
            Assert.Equal((ulong)committed, status.LastIndex.Value);
            Assert.Equal((ulong)committed, voter.Committed);
        }
    }
}
