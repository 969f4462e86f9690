using Cluster.Locks.Contract;

namespace Cluster.Locks.InProcess.Tests;

public sealed class RecoveryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task What_a_dead_member_held_is_given_on_only_after_the_evidence(int firstUser)
    {
        // The first user masters the resource: once the dead one is the master as well, once only a holder.
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember victim = cluster[0];
        TestMember survivor = cluster[1];
        await (await cluster[firstUser].Lock("r", LockMode.CR)).UnlockAsync();
        HeldLock held = await victim.Lock("r", LockMode.EX);
        Task<HeldLock> waiter = survivor.Lock("r", LockMode.EX);
        Task<HeldLock> second = cluster[2].Lock("r", LockMode.PR);

        await cluster.KillAsync(victim);
        Task<HeldLock> late = survivor.Lock("fresh", LockMode.EX);
        Assert.False(waiter.IsCompleted);
        Assert.False(second.IsCompleted);
        Assert.Contains("m", survivor.Space.Status.WaitsFor, StringComparison.Ordinal);
        Assert.False(late.IsCompleted);

        cluster.Cluster.ProveStopped(victim.Node);
        await cluster.UntilReadyAsync();
        HeldLock granted = await Eventually.Ends(await Task.WhenAny(waiter, second), "a survivor's grant");
        Assert.True(granted.Token > held.Token, $"{granted.Token} after {held.Token}");
        Assert.True(granted.Token.Generation > held.Token.Generation, "granted in the old generation, before the evidence");
        await granted.UnlockAsync();
        HeldLock other = await Eventually.Ends(granted.Mode == LockMode.EX ? second : waiter, "the other survivor's grant");
        Assert.True(other.Token > granted.Token);
        await Eventually.Ends(late, "the lock asked for while the group was stopped");
        await victim.DisposeAsync();
    }

    [Fact]
    public async Task A_survivor_keeps_its_lock_when_the_master_dies()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember victim = cluster[0];
        HeldLock keepsMaster = await victim.Lock("r", LockMode.CR);
        HeldLock kept = await cluster[1].Lock("r", LockMode.PW);
        TestMember asker = cluster[2];
        Task<HeldLock> waiter = asker.Lock("r", LockMode.PW);
        await cluster.KillAsync(victim);
        cluster.Cluster.ProveStopped(victim.Node);
        await cluster.UntilReadyAsync();
        Assert.Equal(LockMode.PW, kept.Mode);
        Assert.False(kept.Lost.IsCancellationRequested);
        await Assert.ThrowsAsync<LockNotAvailableException>(() => asker.Lock("r", LockMode.PR, LockRequestOptions.NoQueue));
        Assert.False(waiter.IsCompleted);
        await kept.UnlockAsync();
        HeldLock granted = await Eventually.Ends(waiter, "the waiter after the holder's release");
        Assert.True(granted.Token > kept.Token);
        Assert.Equal(LockMode.CR, keepsMaster.Mode);
        await victim.DisposeAsync();
    }

    [Fact]
    public async Task A_release_during_the_stop_is_applied_after_it()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestMember victim = cluster[2];
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.EX);
        await cluster.KillAsync(victim);
        await held.UnlockAsync();
        Assert.False(waiter.IsCompleted);
        cluster.Cluster.ProveStopped(victim.Node);
        await Eventually.Ends(waiter, "the waiter");
        await victim.DisposeAsync();
    }

    [Fact]
    public async Task A_new_member_joins_a_busy_space()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        TestMember joined = await cluster.AddAsync();
        Task<HeldLock> waiter = joined.Lock("r", LockMode.EX);
        await cluster.UntilReadyAsync();
        Assert.False(waiter.IsCompleted);
        Assert.Equal(3, joined.Space.Status.Members);
        await held.UnlockAsync();
        HeldLock granted = await Eventually.Ends(waiter, "the new member's lock");
        Assert.True(granted.Token > held.Token);
    }

    [Fact]
    public async Task A_member_that_leaves_gives_its_locks_to_others_and_its_holders_are_told()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TestMember leaver = cluster[0];
        HeldLock held = await leaver.Lock("r", LockMode.EX);
        Task<HeldLock> own = leaver.Lock("r", LockMode.PR);
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.EX);
        cluster.Members.Remove(leaver);
        await leaver.DisposeAsync();
        Assert.True(leaver.Space.Lost.IsCancellationRequested || leaver.Space.LostReason is not null);
        Assert.False(held.IsValid);
        await Assert.ThrowsAsync<LockLostException>(() => own);
        await Assert.ThrowsAsync<LockLostException>(() => leaver.Lock("x", LockMode.EX));
        HeldLock granted = await Eventually.Ends(waiter, "the lock of the member that left");
        Assert.True(granted.Token > held.Token);
    }

    [Fact]
    public async Task When_the_incarnation_ends_everything_is_lost_with_the_reason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TestMember member = cluster[0];
        HeldLock held = await member.Lock("r", LockMode.EX);
        Task<HeldLock> waiter = member.Lock("r", LockMode.EX);
        TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = held.Lost.Register(lost.SetResult);
        cluster.Cluster.EndIncarnation(member.Node, "declared down: silent for 1200 ms");
        await Eventually.Ends(lost.Task, "the holder to be told");
        Assert.False(held.IsValid);
        await Assert.ThrowsAsync<LockLostException>(() => Eventually.Ends(waiter, "the waiter's end"));
        await Assert.ThrowsAsync<LockLostException>(() => member.Lock("x", LockMode.NL));
        await Assert.ThrowsAsync<LockLostException>(() => held.ConvertAsync(LockMode.NL).AsTask());
        await held.UnlockAsync();
        Assert.Equal(LockSpaceState.Ended, member.Space.Status.State);
        Assert.NotNull(member.Space.LostReason);
    }

    [Fact]
    public async Task A_failure_of_the_core_ends_the_space()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        TestMember member = cluster[0];
        HeldLock held = await member.Lock("r", LockMode.EX);
        member.ClockFailure = new InvalidOperationException("the clock is gone");
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the holder to be told", cluster.Describe);
        Assert.Equal(LockSpaceState.Ended, member.Space.Status.State);
        Assert.Contains("the clock is gone", member.Space.LostReason, StringComparison.Ordinal);
        Assert.Equal(1, member.Logger.Count(4111));
    }

    [Fact]
    public async Task An_acknowledgement_that_fails_is_sent_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await using HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        cluster[0].Node.FailAcknowledgements(2);
        cluster.Cluster.Stop("s", "quorum lost");
        cluster.Cluster.Restart("s");
        await cluster.UntilReadyAsync();
        Assert.True(held.IsValid);
        Assert.Equal(2, cluster[0].Logger.Count(4117));
    }
}
