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

    public static TheoryData<string> Mutants => [.. Mutant.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Mutants))]
    public void Each_mutant_is_caught_by_a_checker_of_the_promise_it_breaks(string name)
    {
        Mutant mutant = Mutant.Find(name)!;
        for (ulong seed = 1; seed <= 300; seed++)
        {
            SeedResult result = SeedRun.Run(seed, mutant);
            if (!result.IsClean)
            {
                Assert.Contains(result.Rule!, mutant.Promise, StringComparison.Ordinal);
                return;
            }
        }

        Assert.Fail($"{name} was not caught in 300 seeds");
    }

    [Fact]
    public void Every_class_of_seeds_occurs()
    {
        SeedClass[] seen = [.. Enumerable.Range(1, 1_000).Select(seed => new SeedPlan((ulong)seed).Class).Distinct().Order()];

        Assert.Equal([SeedClass.Swarm, SeedClass.Stalls, SeedClass.Links, SeedClass.Quiet], seen);
    }

    [Fact]
    public void Clock_rates_stay_within_the_bound_that_the_leases_count_on()
    {
        Assert.True(SimClock.FastestRate / SimClock.SlowestRate < new Membership.MembershipTiming().ClockRateBound);
    }
}
