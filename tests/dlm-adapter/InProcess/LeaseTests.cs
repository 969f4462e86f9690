using Cluster.Locks.Contract;

namespace Cluster.Locks.InProcess.Tests;

public sealed class LeaseTests
{
    [Fact]
    public async Task Without_the_lease_nothing_is_granted_and_the_renewal_sets_it_free()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember member = cluster[0];
        HeldLock held = await member.Lock("held", LockMode.PR);
        member.Node.Lease.RunOut();
        Assert.False(held.IsValid);
        ValueTask<HeldLock> asked = member.Space.LockAsync("free", LockMode.EX);
        ValueTask converted = held.ConvertAsync(LockMode.EX);
        Assert.False(asked.IsCompleted);
        Assert.False(converted.IsCompleted);
        Assert.False(member.Space.Status.LeaseHeld);
        Assert.NotEmpty(member.Space.Status.WaitsFor);
        member.Node.Lease.Renew(TimeSpan.FromHours(1));
        await using HeldLock granted = await Eventually.Ends(asked.AsTask(), "the lock after the renewal");
        await Eventually.Ends(converted.AsTask(), "the conversion after the renewal");
        Assert.True(held.IsValid);
    }

    [Fact]
    public async Task A_master_without_its_lease_grants_nothing_to_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TaskCompletionSource queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX, new() { OnBlocking = (_, _) => queued.TrySetResult() });
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.EX);
        await Eventually.Ends(queued.Task, "the waiter to be queued at the master");
        cluster[0].Node.Lease.RunOut();
        await held.UnlockAsync();

        // Messages still go to and fro: a round through the frozen master shows that it had its chance to grant.
        long before = cluster[0].Space.Status.Counters.MessagesReceived;
        Task<HeldLock> round = cluster[1].Lock("r", LockMode.NL);
        await Eventually.Holds(() => cluster[0].Space.Status.Counters.MessagesReceived > before, "a message to the frozen master");
        Assert.False(waiter.IsCompleted);
        Assert.False(round.IsCompleted);
        cluster[0].Node.Lease.Renew(TimeSpan.FromHours(1));
        await Eventually.Ends(waiter, "the waiter after the renewal");
        await Eventually.Ends(round, "the other after the renewal");
    }

    [Fact]
    public async Task A_holder_without_its_lease_is_told_of_no_grant()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TaskCompletionSource queued = new(TaskCreationOptions.RunContinuationsAsynchronously);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX, new() { OnBlocking = (_, _) => queued.TrySetResult() });
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.EX);
        await Eventually.Ends(queued.Task, "the waiter to be queued at the master");
        cluster[1].Node.Lease.RunOut();
        long before = Received(cluster[1]);
        await held.UnlockAsync();

        // The master is the first member: its own request shows that the lock is granted to the other already.
        await Assert.ThrowsAsync<LockNotAvailableException>(() => cluster[0].Lock("r", LockMode.CR, LockRequestOptions.NoQueue));
        await Eventually.Holds(() => Received(cluster[1]) > before, "the grant to arrive", cluster.Describe);
        Assert.False(waiter.IsCompleted);
        cluster[1].Node.Lease.Renew(TimeSpan.FromHours(1));
        await Eventually.Ends(waiter, "the waiter after its renewal", cluster.Describe);

        static long Received(TestMember member) => member.Space.Status.Counters.MessagesReceived;
    }

    [Fact]
    public async Task A_lease_withdrawn_before_it_has_run_out_ends_the_space()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        cluster[0].Node.Lease.End();
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the holder to be told", cluster.Describe);
        await Assert.ThrowsAsync<LockLostException>(() => cluster[0].Lock("x", LockMode.NL));
    }

    [Fact]
    public async Task A_request_that_finds_the_lease_withdrawn_hears_of_the_loss()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        cluster[0].Node.Lease.End();

        // Most likely nobody has noticed yet: this very request ends the space, before the space knows of the request.
        await Assert.ThrowsAsync<LockLostException>(() => Eventually.Ends(cluster[0].Lock("r", LockMode.EX), "the request"));
    }

    [Fact]
    public async Task A_group_that_is_stopped_grants_nothing_and_says_so()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        cluster.Cluster.Stop("s", "quorum lost");
        await Eventually.Holds(
            () => cluster.Members.TrueForAll(m => m.Space.Status.State == LockSpaceState.Stopped), "the members to stop");
        ValueTask<HeldLock> asked = cluster[0].Space.LockAsync("r", LockMode.EX);
        Assert.False(asked.IsCompleted);
        Assert.NotEmpty(cluster[0].Space.Status.WaitsFor);
        using CancellationTokenSource cancel = new();
        Task<HeldLock> givenUp = cluster[0].Lock("r", LockMode.EX, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(givenUp, "the cancellation while stopped"));
        cluster.Cluster.Restart("s");
        await using HeldLock granted = await Eventually.Ends(asked.AsTask(), "the lock after the restart");
    }
}
