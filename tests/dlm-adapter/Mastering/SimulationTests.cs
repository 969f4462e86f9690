using Cluster.Locks.Mastering.Tests.Simulation;

namespace Cluster.Locks.Mastering.Tests;

public sealed class SimulationTests
{
    private const int Steps = 3000;

    // CLUSTER_LOCK_SEEDS runs more of them.
    private static readonly ulong SeedsOfOne =
        ulong.TryParse(Environment.GetEnvironmentVariable("CLUSTER_LOCK_SEEDS"), out ulong seeds) ? seeds : 100;

    [Theory]
    [InlineData(1)]
    [InlineData(10_001)]
    [InlineData(20_001)]
    [InlineData(30_001)]
    public void No_promise_breaks_whatever_fails(int firstSeed)
    {
        int granted = 0;
        int deaths = 0;
        int deadlocks = 0;
        for (ulong seed = (ulong)firstSeed; seed < (ulong)firstSeed + SeedsOfOne; seed++)
        {
            var space = new SimulatedSpace(seed, LockSpaceMutations.None);
            try
            {
                space.Run(Steps);
            }
            catch (Exception broken) when (broken is Violation or InvalidOperationException or KeyNotFoundException)
            {
                Assert.Fail($"seed {seed}: {broken.Message}\n{broken.StackTrace}\n{TraceOf(seed)}");
            }

            granted += space.Ledger.Granted;
            deaths += space.Deaths;
            deadlocks += space.Ledger.Deadlocks;
        }

        Assert.True(granted > 8_000 && deaths > 100 && deadlocks > 10, $"too tame: {granted} grants, {deaths} deaths, {deadlocks} deadlocks");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void The_same_seed_gives_the_same_run(int seed)
    {
        List<string> first = [];
        List<string> second = [];
        new SimulatedSpace((ulong)seed, LockSpaceMutations.None, first).Run(Steps);
        new SimulatedSpace((ulong)seed, LockSpaceMutations.None, second).Run(Steps);
        Assert.True(first.Count > 300);
        Assert.Equal(first, second);
    }

    // The same seed gives the same run: once more, with what was said. CLUSTER_TRACE names a file for all of it.
    private static string TraceOf(ulong seed)
    {
        List<string> trace = [];
        Assert.ThrowsAny<Exception>(() => new SimulatedSpace(seed, LockSpaceMutations.None, trace).Run(Steps));
        if (Environment.GetEnvironmentVariable("CLUSTER_TRACE") is { Length: > 0 } file)
        {
            File.WriteAllLines($"{file}.{seed}", trace);
        }

        return string.Join('\n', trace.TakeLast(40));
    }

    [Theory]
    [InlineData(LockSpaceMutations.RecoverAtStop, "S8")]
    [InlineData(LockSpaceMutations.SkipLastBarrier, "S8")]
    [InlineData(LockSpaceMutations.IgnoreLease, "S2")]
    [InlineData(LockSpaceMutations.ForgetGenerationInTokens, "S6")]
    [InlineData(LockSpaceMutations.NeverRetransmit, "liveness")]
    [InlineData(LockSpaceMutations.KeepUnfinishedAdoptions, "invariant")]
    public void A_deliberate_fault_is_caught(LockSpaceMutations mutation, string promise)
    {
        for (ulong seed = 1; seed <= 400; seed++)
        {
            try
            {
                new SimulatedSpace(seed, mutation).Run(Steps);
            }
            catch (Exception caught) when (caught is Violation or InvalidOperationException or KeyNotFoundException)
            {
                if (caught.Message.StartsWith(promise, StringComparison.Ordinal))
                {
                    return;
                }
            }
        }

        Assert.Fail($"{mutation} was not caught within 400 seeds");
    }
}
