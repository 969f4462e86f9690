namespace Cluster.Consensus.Tests.Network;

/// <summary>Changes of the configuration and transfers of leadership under fire.</summary>
public class ChangingNetworkTests
{
    [Theory]
    [InlineData(3, 3, 5001, 50)]
    [InlineData(1, 4, 6001, 20)]
    [InlineData(5, 2, 7001, 25)]
    public void Changes_break_no_promise_and_after_them_everything_is_committed_everywhere(int size, int spares, ulong from, ulong seeds)
    {
        int changes = 0;
        int handovers = 0;
        for (ulong seed = from; seed < from + seeds; seed++)
        {
            var network = new RandomNetwork(seed, size, spares: spares);
            try
            {
                FaultsThenHeal(network);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}, {size} voters and {spares} spares: {e.Message}", e);
            }

            changes += network.Changes;
            handovers += network.Handovers;
        }

        Assert.True(changes > (int)seeds, $"only {changes} changes in {seeds} runs");
        Assert.True(handovers > (int)seeds / 3, $"only {handovers} transfers in {seeds} runs");
    }

    [Theory]
    [InlineData(RaftMutations.CountsOwnCopyEarly)]
    [InlineData(RaftMutations.TruncatesOnStaleAppend)]
    [InlineData(RaftMutations.CountsOneHalf)]
    [InlineData(RaftMutations.AppliesConfigurationAtCommit)]
    [InlineData(RaftMutations.CountsLearners)]
    [InlineData(RaftMutations.CountsHeads)]
    [InlineData(RaftMutations.ReweighsInOneStep)]
    [InlineData(RaftMutations.KeepsLeaseWhileHandingOver)]
    [InlineData(RaftMutations.CountsPromisesFromArrival)]
    [InlineData(RaftMutations.HonoursAbortedTransfers)]
    public void An_engine_that_breaks_a_promise_is_caught(RaftMutations mutation)
    {
        for (ulong seed = 1; seed <= 100; seed++)
        {
            try
            {
                FaultsThenHeal(new RandomNetwork(seed, size: 3, mutation, spares: 3));
            }
            catch (Exception e)
            {
                // A broken promise, a broken invariant, or a cluster that gets nowhere.
                TestContext.Current.SendDiagnosticMessage("{0}: seed {1}: {2}", mutation, seed, e.Message);
                return;
            }
        }

        Assert.Fail($"{mutation} was not caught in 100 runs");
    }

    private static void FaultsThenHeal(RandomNetwork network)
    {
        network.Run(TimeSpan.FromSeconds(6));
        network.HealAndRun(TimeSpan.FromSeconds(4));
        Assert.True(network.TryPropose(), $"nobody leads on a healed network: {network.Describe()}");
        int elections = network.Checker.Elections;
        network.HealAndRun(TimeSpan.FromSeconds(2));
        Assert.Equal(elections, network.Checker.Elections);

        int committed = network.Checker.CommittedCount;
        ClusterConfiguration configuration = network.Configuration;
        Assert.False(configuration.IsJoint);
        foreach (SimulatedVoter voter in network.Voters.Where(v => configuration.IsMember(v.Id)))
        {
            ReplicatedLogStatus status = voter.Node!.Status;
            Assert.Equal((ulong)committed, status.CommitIndex.Value);
            Assert.Equal((ulong)committed, status.LastIndex.Value);
            Assert.Equal((ulong)committed, voter.Committed);
            Assert.Equal(configuration, voter.Node.Configuration);
        }
    }
}
