using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Client;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class LockingTests
{
    [Fact]
    public async Task An_exclusive_lock_keeps_counters_exact_across_nodes_and_its_tokens_grow()
    {
        const int Rounds = 60;
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        long counter = 0;
        FencingToken last = FencingToken.None;
        List<LockdClient> clients = [];
        foreach (TestNode node in cluster.Nodes)
        {
            clients.Add(await node.ConnectAsync());
            clients.Add(await node.ConnectAsync());
        }

        await Eventually.Ends(
            Task.WhenAll(clients.Select(async client =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    await using HeldLock held = await client.LockAsync("r", LockMode.EX);
                    Assert.True(held.Token > last, $"{held.Token} after {last}");
                    last = held.Token;
                    long read = counter;
                    await Task.Yield();
                    counter = read + 1;
                }
            })),
            "all clients to finish");
        Assert.Equal(Rounds * clients.Count, counter);
        Assert.All(cluster.Nodes, n => Assert.Empty(n.Logger.Errors));
    }

    [Fact]
    public async Task Lock_spaces_are_separate()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, "s", "t");
        LockdClient s = await cluster[0].ConnectAsync("s");
        LockdClient t = await cluster[1].ConnectAsync("t");
        await using HeldLock inS = await s.LockAsync("r", LockMode.EX);
        await using HeldLock inT = await Eventually.Ends(t.LockAsync("r", LockMode.EX).AsTask(), "the same name in another space");
        Assert.Equal("t", t.Name);
    }

    [Fact]
    public async Task A_holder_is_told_converts_and_the_waiter_is_granted()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        LockdClient holder = await cluster[0].ConnectAsync();
        LockdClient other = await cluster[1].ConnectAsync();
        TaskCompletionSource<(HeldLock, LockMode)> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HeldLock held = await holder.LockAsync("r", LockMode.EX, new() { OnBlocking = (l, mode) => told.TrySetResult((l, mode)) });
        FencingToken before = held.Token;
        Task<HeldLock> waiter = other.LockAsync("r", LockMode.PR).AsTask();
        (HeldLock blocking, LockMode blocked) = await Eventually.Ends(told.Task, "the notice");
        Assert.Same(held, blocking);
        Assert.Equal(LockMode.PR, blocked);
        await held.ConvertAsync(LockMode.PR);
        await using HeldLock granted = await Eventually.Ends(waiter, "the waiter");
        Assert.Equal(LockMode.PR, held.Mode);
        await granted.UnlockAsync();
        await Eventually.Ends(held.ConvertAsync(LockMode.EX).AsTask(), "the conversion back");
        Assert.True(held.Token > before);
    }

    [Fact]
    public async Task Asked_not_to_wait_with_a_timeout_or_canceled_a_request_leaves_nothing_behind()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        LockdClient holder = await cluster[0].ConnectAsync();
        LockdClient other = await cluster[1].ConnectAsync();
        HeldLock held = await holder.LockAsync("r", LockMode.PR);
        await Assert.ThrowsAsync<LockNotAvailableException>(() => other.LockAsync("r", LockMode.EX, LockRequestOptions.NoQueue).AsTask());
        await Assert.ThrowsAsync<LockTimeoutException>(
            () => other.LockAsync("r", LockMode.EX, new() { Timeout = TimeSpan.FromMilliseconds(30) }).AsTask());
        using CancellationTokenSource cancel = new();
        Task<HeldLock> waiter = other.LockAsync("r", LockMode.EX, null, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(waiter, "the cancellation"));
        HeldLock second = await other.LockAsync("r", LockMode.PR);
        await Assert.ThrowsAsync<LockTimeoutException>(
            () => second.ConvertAsync(LockMode.EX, new() { Timeout = TimeSpan.FromMilliseconds(30) }).AsTask());
        Assert.Equal(LockMode.PR, second.Mode);
        await second.UnlockAsync();
        await Eventually.Ends(held.ConvertAsync(LockMode.EX).AsTask(), "the holder to be alone");
        LockSpaceStatus status = await holder.GetStatusAsync();
        Assert.Equal(1, status.Counters.Held);
        await Eventually.Holds(
            () => cluster[1].Lockd.GetStatus("s")!.Counters is { Held: 0, Waiting: 0 }, "nothing to be left", cluster.Describe);
    }

    [Fact]
    public async Task Senseless_requests_are_refused_and_the_session_goes_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        LockdClient client = await cluster[0].ConnectAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => client.LockAsync("", LockMode.EX).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => client.LockAsync("r", LockMode.EX, new() { Flags = LockFlags.QueCvt }).AsTask());
        HeldLock held = await client.LockAsync("r", LockMode.PR);
        await Assert.ThrowsAsync<ArgumentException>(() => held.ConvertAsync(LockMode.CR, new() { Flags = LockFlags.QueCvt }).AsTask());
        Assert.Equal(LockMode.PR, held.Mode);
        await held.ConvertAsync(LockMode.CR);
        await held.UnlockAsync();
        await Assert.ThrowsAsync<LockReleasedException>(() => held.ConvertAsync(LockMode.PR).AsTask());
    }

    [Fact]
    public async Task The_status_tells_a_client_why_nothing_is_granted()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        LockdClient client = await cluster[0].ConnectAsync();
        LockSpaceStatus running = await client.GetStatusAsync();
        Assert.Equal((LockSpaceState.Granting, 2, true), (running.State, running.Members, running.LeaseHeld));
        cluster.Cluster.Stop("s", "quorum lost");
        Task<HeldLock> asked = client.LockAsync("r", LockMode.EX).AsTask();
        await Eventually.Holds(() => cluster[0].Lockd.GetStatus("s")!.State == LockSpaceState.Stopped, "the stop");
        LockSpaceStatus stopped = await client.GetStatusAsync();
        Assert.Equal(LockSpaceState.Stopped, stopped.State);
        Assert.NotEmpty(stopped.WaitsFor);
        Assert.False(asked.IsCompleted);
        cluster.Cluster.Restart("s");
        await Eventually.Ends(asked, "the lock after the restart");
    }
}
