using Cluster.Simulation.Raft;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Tests;

public sealed class SeedTests
{
    [Fact]
    public void The_first_sixty_seeds_are_clean()
    {
        for (ulong seed = 1; seed <= 60; seed++)
        {
            SeedResult result = SeedRun.Run(seed, Mutant.None);
            Assert.True(result.IsClean, $"seed {seed} broke {result.Rule}: {result.What}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(13)]
    public void A_second_run_of_a_seed_gives_the_same_trace_hash(ulong seed)
    {
        SeedResult first = SeedRun.Run(seed, Mutant.None);
        SeedResult second = SeedRun.Run(seed, Mutant.None, lines: 4_000);

        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal(first.Step, second.Step);
        Assert.NotEmpty(second.Lines);
    }

    [Fact]
    public void Different_seeds_give_different_traces()
    {
        Assert.NotEqual(SeedRun.Run(1, Mutant.None).Hash, SeedRun.Run(2, Mutant.None).Hash);
    }

    /// <summary>One for each kind of promise, among those that show soon; <c>--mutants</c> hunts all.</summary>
    [Theory]
    [InlineData("declare-down-early")]
    [InlineData("restart-group-before-evidence")]
    [InlineData("acknowledge-before-persisted")]
    [InlineData("learners-counted")]
    [InlineData("change-during-change")]
    [InlineData("leads-without-quorum")]
    [InlineData("heads-counted")]
    [InlineData("patience-shortened-at-once")]
    [InlineData("own-patience-counted")]
    [InlineData("alone-beside-a-running-peer")]
    [InlineData("alone-out-of-step")]
    [InlineData("lease-kept-while-handing-over")]
    [InlineData("compacted-beyond-applied")]
    [InlineData("read-without-confirmation")]
    [InlineData("duplicates-applied")]
    [InlineData("truncation-not-replayed")]
    [InlineData("torn-tail-refused")]
    [InlineData("sync-skipped")]
    [InlineData("directory-not-synced")]
    [InlineData("damage-ignored")]
    public void A_mutant_is_caught_by_a_checker_of_the_promise_it_breaks(string name)
    {
        Mutant mutant = Mutant.Find(name)!;
        for (int number = 0; number < 150; number++)
        {
            SeedResult result = SeedRun.Run(mutant.Seed(1, number), mutant);
            if (!result.IsClean)
            {
                Assert.Contains(result.Rule!, mutant.Promise, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"{name} was not caught in 150 seeds");
    }

    [Fact]
    public void Mutants_have_names_of_their_own_and_cover_every_switch_of_the_engine()
    {
        Assert.Equal(Mutant.All.Count, Mutant.All.Select(mutant => mutant.Name).Distinct().Count());
        Assert.Equal(
            Enum.GetValues<Consensus.RaftMutations>().Where(value => value != Consensus.RaftMutations.None).Order(),
            Mutant.All.Select(mutant => mutant.Raft).Where(value => value != Consensus.RaftMutations.None).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<Membership.MembershipMutations>().Where(value => value != Membership.MembershipMutations.None).Order(),
            Mutant.All.Select(mutant => mutant.Membership).Where(value => value != Membership.MembershipMutations.None).Distinct().Order());
    }

    [Fact]
    public void Every_class_of_seeds_occurs()
    {
        SeedClass[] seen = [.. Enumerable.Range(1, 1_000).Select(seed => new SeedPlan((ulong)seed).Class).Distinct().Order()];

        Assert.Equal([SeedClass.Swarm, SeedClass.Stalls, SeedClass.Links, SeedClass.Quiet], seen);
    }

    [Fact]
    public void Every_class_of_consensus_seeds_and_every_number_of_voters_occurs()
    {
        RaftPlan[] plans = [.. Enumerable.Range(1, 1_000).Select(seed => new RaftPlan((ulong)seed))];

        Assert.Equal([RaftSeedClass.Swarm, RaftSeedClass.Steady, RaftSeedClass.Quiet], plans.Select(plan => plan.Class).Distinct().Order());
        Assert.Equal([2, 3, 4, 5, 6, 7], plans.Select(plan => plan.Voters).Distinct().Order());
        Assert.Equal(20, plans.Max(plan => plan.Spares));
    }

    [Fact]
    public void Clock_rates_stay_within_the_bound_that_the_leases_count_on()
    {
        Assert.True(SimClock.FastestRate / SimClock.SlowestRate < new Membership.MembershipTiming().ClockRateBound);
    }
}
