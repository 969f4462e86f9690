using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

public sealed class ClusterTests
{
    [Fact]
    public async Task Three_nodes_elect_one_leader_and_all_join()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();

        TestNode leader = await cluster.LeaderAsync();
        foreach (TestNode node in cluster.Nodes)
        {
            await Eventually.Holds(() => node.Runtime.Status.Log.Leader == leader.Id, $"{node.Name} to know the leader");
            Assert.True(node.Runtime.IsQuorate);
            Assert.Equal(2, node.Runtime.Peers.Count);
            Assert.True(node == leader || node.Runtime.Peers.Single(peer => peer.Node == leader.Id) is { IsConnected: true, IsHeard: true });
        }

        Assert.All(leader.Runtime.Peers, peer => Assert.True(peer.IsConnected && peer.IsHeard));

        NodeLifeState[] states = await leader.Runtime.ReadAsync(
            (node, _) => node.State.Nodes.Select(each => each.State).ToArray(), CancellationToken.None);
        Assert.All(states, state => Assert.Equal(NodeLifeState.Up, state));
    }

    [Fact]
    public async Task Every_node_sees_the_same_events_in_the_same_order()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Member[] members = await Task.WhenAll(cluster.Nodes.Select(node => Member.JoinAsync(cluster, node, "g")));
        await Task.WhenAll(members.Select(member => member.ReadyWithAsync(3)));

        IReadOnlyList<ClusterEvent> first = cluster[1].Seen();
        Assert.True(first.Count > 6);
        foreach (TestNode node in cluster.Nodes)
        {
            await Eventually.Holds(() => node.Seen().Count >= first.Count, $"{node.Name} to catch up");
            Assert.Equal(first, node.Seen().Take(first.Count));
        }
    }

    [Fact]
    public async Task A_command_submitted_at_a_follower_gets_the_outcome_that_every_node_computes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode leader = await cluster.LeaderAsync();
        TestNode follower = cluster.Nodes.First(node => node != leader);

        var command = new Command { FenceOpen = new FenceOpen { Node = 99, Reason = "test", Requester = "test", Kind = FenceKind.Off } };
        CommandOutcome outcome = await Eventually.Ends(
            follower.Runtime.SubmitAsync(command, CancellationToken.None), "the outcome");

        Assert.Equal(OutcomeCode.UnknownNode, outcome.Code);
        Assert.True(outcome.Index > 0);
    }

    [Fact]
    public async Task A_command_without_a_majority_waits_until_its_token_ends_the_waiting()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await cluster[2].KillAsync();
        await cluster[3].KillAsync();

        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var command = new Command { FenceConfirm = new FenceConfirm { Node = 2, Who = "test" } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster[1].Runtime.SubmitAsync(command, patience.Token));
        await Eventually.Holds(() => !cluster[1].Runtime.IsQuorate, "the lease of a node without majority to run out");
    }

    [Fact]
    public async Task A_stopped_runtime_answers_every_question_with_an_exception()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        await cluster[2].KillAsync();
        await cluster[3].KillAsync();
        NodeRuntime runtime = cluster[1].Runtime;
        Task<CommandOutcome> waiting = runtime.SubmitAsync(
            new Command { FenceConfirm = new FenceConfirm { Node = 2, Who = "test" } }, CancellationToken.None);
        await cluster[1].KillAsync();

        await Assert.ThrowsAsync<RuntimeStoppedException>(() => Eventually.Ends(waiting, "the submission to be given up"));
        await Assert.ThrowsAsync<RuntimeStoppedException>(() => runtime.ReadAsync((node, _) => node.Incarnation, CancellationToken.None));
        await Eventually.Ends(runtime.Completion, "completion");
    }

    [Fact]
    public async Task An_orderly_stop_leaves_without_a_fence()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode leaver = cluster.Nodes.First(node => !node.Runtime.Status.Log.IsLeader);

        Assert.True(await leaver.StopAsync());

        TestNode witness = cluster.Nodes.First(node => node != leaver);
        await witness.WaitForEventAsync(each => each.NodeLeft?.Node == leaver.Id.Value, "the farewell");
        Assert.DoesNotContain(witness.Seen(), each => each.NodeDown is not null);

        await leaver.StartAsync();
        await leaver.WaitUntilUpAsync();
    }

    [Fact]
    public async Task A_failure_of_the_core_ends_the_process_and_nothing_is_served_after_it()
    {
        await using var cluster = new TestCluster();
        TestNode node = cluster[1];
        string? failed = null;
        node.Options = node.Options with { FailFast = (what, _) => failed = what };
        await node.StartAsync();

        node.Runtime.Inbox.Post(new BrokenCall());

        await Assert.ThrowsAsync<InvalidOperationException>(() => node.Runtime.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("the membership core", failed);
        Assert.Contains(node.Log.Lines, line => line.StartsWith("Critical: the membership core failed", StringComparison.Ordinal));
        await Assert.ThrowsAsync<RuntimeStoppedException>(() => node.Runtime.ReadAsync((core, _) => core.Incarnation, CancellationToken.None));
    }

    private sealed class BrokenCall : Loop.NodeCall
    {
        public override void Run(Loop.NodeLoop loop, MonotonicTime now) =>
            throw new InvalidOperationException("invariant broken: test");
    }
}
