using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Client;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class FailoverTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task What_clients_of_a_dead_node_held_is_given_on_only_after_the_evidence(int dead)
    {
        // The lowest slot serves: node 0 is the server, node 2 a stand-by.
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        TestNode victim = cluster[dead];
        LockdClient doomed = await victim.ConnectAsync();
        HeldLock lost = await doomed.LockAsync("r", LockMode.EX);
        LockdClient client = await cluster[1].ConnectAsync();
        HeldLock kept = await client.LockAsync("kept", LockMode.EX);
        Task<HeldLock> waiter = client.LockAsync("r", LockMode.EX).AsTask();

        cluster.Nodes.Remove(victim);
        foreach (TestNode node in cluster.Nodes.Append(victim))
        {
            node.Wire.Cut();
        }

        cluster.Cluster.DeclareDown(victim.Node);
        await Eventually.Holds(
            () => cluster.Nodes.TrueForAll(n => n.Lockd.GetStatus("s")!.State == LockSpaceState.Stopped), "the survivors to stop");
        Assert.False(waiter.IsCompleted);
        await Eventually.Holds(() => victim.Lockd.Ended.IsCompleted, "the dead node's lease to be withdrawn");
        cluster.Nodes.ForEach(n => n.Wire.Heal());
        cluster.Cluster.ProveStopped(victim.Node);
        await cluster.UntilReadyAsync();
        HeldLock granted = await Eventually.Ends(waiter, "the waiter after the evidence");
        Assert.True(granted.Token > lost.Token, $"{granted.Token} after {lost.Token}");
        Assert.True(granted.Token.Generation > lost.Token.Generation);
        Assert.True(kept.IsValid);
        LockdClient another = await cluster[0].ConnectAsync();
        await Assert.ThrowsAsync<LockNotAvailableException>(() => another.LockAsync("kept", LockMode.PR, LockRequestOptions.NoQueue).AsTask());
        await victim.DisposeAsync();
    }

    [Fact]
    public async Task When_the_incarnation_ends_lockd_ends_and_every_client_is_told()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        LockdClient client = await cluster[0].ConnectAsync();
        HeldLock held = await client.LockAsync("r", LockMode.EX);
        Task<HeldLock> waiter = client.LockAsync("r", LockMode.EX).AsTask();
        cluster.Cluster.EndIncarnation(cluster[0].Node, "declared down: silent for 1200 ms");
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the holder to be told");
        await Assert.ThrowsAsync<LockLostException>(() => Eventually.Ends(waiter, "the waiter's end"));
        await Assert.ThrowsAsync<LockLostException>(() => client.LockAsync("x", LockMode.NL).AsTask());
        Assert.False(held.IsValid);
        Assert.Contains("lock space 's' has ended", await Eventually.Ends(cluster[0].Lockd.Ended, "lockd's end"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lockd_that_leaves_in_order_tells_its_clients_first_and_others_get_the_locks()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        TestNode leaver = cluster[0];
        LockdClient client = await leaver.ConnectAsync();
        HeldLock held = await client.LockAsync("r", LockMode.EX);
        LockdClient other = await cluster[1].ConnectAsync();
        Task<HeldLock> waiter = other.LockAsync("r", LockMode.EX).AsTask();
        cluster.Nodes.Remove(leaver);
        await leaver.Lockd.DisposeAsync();
        await Eventually.Holds(() => held.Lost.IsCancellationRequested, "the holder to be told");
        Assert.Equal("lockd leaves", client.LostReason);
        HeldLock granted = await Eventually.Ends(waiter, "the lock of the node that left");
        Assert.True(granted.Token > held.Token);
        Assert.False(File.Exists(leaver.Socket));
        await leaver.DisposeAsync();
    }
}
