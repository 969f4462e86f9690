using Cluster.Locks.Contract;

namespace Cluster.Locks.InProcess.Tests;

public sealed class GrantingTests
{
    private static readonly LockRequestOptions Short = new() { Timeout = TimeSpan.FromMilliseconds(30) };

    [Fact]
    public async Task A_lock_mastered_here_is_granted_before_the_call_returns()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        ValueTask<HeldLock> pending = cluster[0].Space.LockAsync("r", LockMode.EX);
        Assert.True(pending.IsCompletedSuccessfully);
        await using HeldLock held = await pending;
        Assert.Equal(LockMode.EX, held.Mode);
        Assert.Equal("r", held.Resource);
        Assert.True(held.IsValid);
        Assert.NotEqual(FencingToken.None, held.Token);
    }

    [Fact]
    public async Task An_exclusive_lock_keeps_counters_exact_across_members_and_its_tokens_grow()
    {
        const int Rounds = 60;
        const int Users = 2;
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        string[] resources = ["a", "b"];
        long[] counters = new long[resources.Length];
        FencingToken[] tokens = new FencingToken[resources.Length];
        int inside = 0;
        await Eventually.Ends(
            Task.WhenAll(cluster.Members.SelectMany(m => Enumerable.Range(0, Users).Select(async user =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    int which = (i + user) % resources.Length;
                    await using HeldLock held = await m.Lock(resources[which], LockMode.EX);
                    Assert.True(held.Token > tokens[which], $"{held.Token} after {tokens[which]}");
                    tokens[which] = held.Token;
                    long read = counters[which];
                    Interlocked.Increment(ref inside);
                    await Task.Yield();
                    counters[which] = read + 1;
                }
            }))),
            "all users to finish");
        Assert.Equal(3 * Users * Rounds, counters.Sum());
        Assert.Equal(3 * Users * Rounds, inside);
        Assert.All(cluster.Members, m => Assert.Empty(m.Logger.Errors));
    }

    [Fact]
    public async Task Readers_share_and_a_writer_waits_for_all_of_them()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        HeldLock first = await cluster[0].Lock("r", LockMode.PR);
        HeldLock second = await cluster[1].Lock("r", LockMode.PR);
        Task<HeldLock> writer = cluster[2].Lock("r", LockMode.EX);
        await first.UnlockAsync();
        await Assert.ThrowsAsync<LockNotAvailableException>(() => cluster[0].Lock("r", LockMode.EX, LockRequestOptions.NoQueue));
        Assert.False(writer.IsCompleted);
        await second.UnlockAsync();
        await using HeldLock written = await Eventually.Ends(writer, "the writer");
        Assert.Equal(LockMode.EX, written.Mode);
    }

    [Fact]
    public async Task A_holder_converts_up_and_down_in_place()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock reader = await cluster[0].Lock("r", LockMode.PR);
        HeldLock converted = await cluster[1].Lock("r", LockMode.PR);
        Task up = converted.ConvertAsync(LockMode.EX).AsTask();
        await Eventually.Holds(() => cluster[1].Space.Status.Counters.Waiting == 1, "the conversion to wait");
        FencingToken before = converted.Token;
        Assert.Equal(LockMode.PR, converted.Mode);
        await reader.UnlockAsync();
        await Eventually.Ends(up, "the conversion");
        Assert.Equal(LockMode.EX, converted.Mode);
        Assert.True(converted.Token > before);
        await Eventually.Ends(converted.ConvertAsync(LockMode.CR).AsTask(), "the conversion down");
        Assert.Equal(LockMode.CR, converted.Mode);
        await using HeldLock other = await Eventually.Ends(cluster[0].Lock("r", LockMode.PW), "a lock that goes with CR");
    }

    [Fact]
    public async Task A_blocking_notice_reaches_the_holder_on_another_member_and_names_the_mode()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TaskCompletionSource<(HeldLock, LockMode)> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX, new() { OnBlocking = (l, mode) => told.TrySetResult((l, mode)) });
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.PR);
        (HeldLock blocking, LockMode mode) = await Eventually.Ends(told.Task, "the notice");
        Assert.Same(held, blocking);
        Assert.Equal(LockMode.PR, mode);
        await blocking.ConvertAsync(LockMode.CR);
        await using HeldLock granted = await Eventually.Ends(waiter, "the waiter");
    }

    [Fact]
    public async Task A_callback_that_throws_disturbs_nobody()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX, new() { OnBlocking = (_, _) => throw new InvalidOperationException("mine") });
        Task<HeldLock> waiter = cluster[0].Lock("r", LockMode.EX);
        await Eventually.Holds(() => cluster[0].Logger.Count(4001) == 1, "the failure to be logged");
        await held.UnlockAsync();
        await (await Eventually.Ends(waiter, "the waiter")).UnlockAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Asked_not_to_queue_an_incompatible_request_fails_at_once(int asker)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await using HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        LockNotAvailableException refused = await Assert.ThrowsAsync<LockNotAvailableException>(
            () => cluster[asker].Lock("r", LockMode.PR, LockRequestOptions.NoQueue));
        Assert.Contains("'r'", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<LockNotAvailableException>(() => cluster[asker].Lock("r", LockMode.CR, LockRequestOptions.NoQueue));
        await using HeldLock compatible = await cluster[asker].Lock("r", LockMode.NL, LockRequestOptions.NoQueue);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_request_that_times_out_leaves_nothing_behind(int asker)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        await Assert.ThrowsAsync<LockTimeoutException>(() => cluster[asker].Lock("r", LockMode.EX, Short));
        await held.UnlockAsync();
        await using HeldLock next = await Eventually.Ends(cluster[1 - asker].Lock("r", LockMode.EX), "the lock after a timeout");
    }

    [Fact]
    public async Task A_conversion_that_times_out_keeps_the_old_mode()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await using HeldLock other = await cluster[0].Lock("r", LockMode.PR);
        await using HeldLock held = await cluster[1].Lock("r", LockMode.PR);
        await Assert.ThrowsAsync<LockTimeoutException>(() => held.ConvertAsync(LockMode.EX, Short).AsTask());
        Assert.Equal(LockMode.PR, held.Mode);
        await held.ConvertAsync(LockMode.CR);
        Assert.Equal(LockMode.CR, held.Mode);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_canceled_request_ends_at_once_and_leaves_nothing_behind(int asker)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        using CancellationTokenSource cancel = new();
        Task<HeldLock> waiter = cluster[asker].Lock("r", LockMode.EX, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(waiter, "the cancellation"));
        await held.UnlockAsync();
        await using HeldLock next = await Eventually.Ends(cluster[1 - asker].Lock("r", LockMode.EX), "the lock after a cancellation");
    }

    [Fact]
    public async Task Cancellations_that_race_with_grants_never_leak_a_lock()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        int granted = 0;
        int canceled = 0;
        await Eventually.Ends(
            Task.WhenAll(Enumerable.Range(0, 4).Select(async user =>
            {
                Random random = new(user);
                for (int i = 0; i < 100; i++)
                {
                    using CancellationTokenSource cancel = new();
                    Task<HeldLock> asked = cluster[user % 2].Lock("r", LockMode.EX, null, cancel.Token);
                    Task canceling = Task.Run(async () =>
                    {
                        for (int spin = random.Next(4); spin > 0; spin--)
                        {
                            await Task.Yield();
                        }

                        await cancel.CancelAsync();
                    });
                    try
                    {
                        await (await asked).UnlockAsync();
                        Interlocked.Increment(ref granted);
                    }
                    catch (OperationCanceledException)
                    {
                        Interlocked.Increment(ref canceled);
                    }

                    await canceling;
                }
            })),
            "the users to finish");
        Assert.Equal(400, granted + canceled);
        await using HeldLock last = await Eventually.Ends(cluster[0].Lock("r", LockMode.EX), "the lock after the race");
        await Eventually.Holds(
            () => cluster.Members.Sum(m => m.Space.Status.Counters.Held) == 1, "only the last lock to be held", cluster.Describe);
        Assert.All(cluster.Members, m => Assert.Empty(m.Logger.Errors));
    }

    [Fact]
    public async Task Two_conversions_that_wait_for_each_other_are_a_deadlock_for_the_second()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock first = await cluster[0].Lock("r", LockMode.PR);
        HeldLock second = await cluster[1].Lock("r", LockMode.PR);
        Task up = first.ConvertAsync(LockMode.EX).AsTask();
        await Eventually.Holds(() => cluster[0].Space.Status.Counters.Waiting == 1, "the first to wait");
        await Assert.ThrowsAsync<LockDeadlockException>(
            () => Eventually.Ends(second.ConvertAsync(LockMode.EX).AsTask(), "the deadlock"));
        Assert.Equal(LockMode.PR, second.Mode);
        await second.UnlockAsync();
        await Eventually.Ends(up, "the first conversion");
    }

    [Fact]
    public async Task One_operation_at_a_time_and_none_after_the_release()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using HeldLock other = await cluster[0].Lock("r", LockMode.PR);
        HeldLock held = await cluster[0].Lock("r", LockMode.PR);
        Task up = held.ConvertAsync(LockMode.EX).AsTask();
        await Assert.ThrowsAsync<LockBusyException>(() => held.ConvertAsync(LockMode.CR).AsTask());
        await held.UnlockAsync();
        await held.UnlockAsync();
        await Assert.ThrowsAsync<LockReleasedException>(() => up);
        await Assert.ThrowsAsync<LockReleasedException>(() => held.ConvertAsync(LockMode.CR).AsTask());
        Assert.False(held.IsValid);
        Assert.Equal(1, cluster[0].Space.Status.Counters.Held);
        await other.ConvertAsync(LockMode.EX, LockRequestOptions.NoQueue);
    }

    [Fact]
    public async Task Senseless_requests_are_refused_with_a_reason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockSpace space = cluster[0].Space;
        await Assert.ThrowsAsync<ArgumentException>(() => cluster[0].Lock("", LockMode.EX));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster[0].Lock(new string('x', 65), LockMode.EX));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster[0].Lock("r", LockMode.EX, new() { Flags = LockFlags.QueCvt }));
        await Assert.ThrowsAsync<ArgumentException>(() => cluster[0].Lock("r", LockMode.EX, new() { Timeout = TimeSpan.Zero }));
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        await Assert.ThrowsAsync<ArgumentException>(() => held.ConvertAsync(LockMode.CR, new() { Flags = LockFlags.QueCvt }).AsTask());
        Assert.Equal(LockMode.EX, held.Mode);
        await held.ConvertAsync(LockMode.CR);
        Assert.Equal(LockSpaceState.Granting, space.Status.State);
    }
}
