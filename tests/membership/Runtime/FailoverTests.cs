using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

public sealed class FailoverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_node_is_fenced_by_one_executor_and_only_then_its_group_starts(bool killLeader)
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Member[] members = await Task.WhenAll(cluster.Nodes.Select(node => Member.JoinAsync(cluster, node, "g")));
        await Task.WhenAll(members.Select(member => member.ReadyWithAsync(3)));
        TestNode leader = await cluster.LeaderAsync();
        TestNode victim = killLeader ? leader : cluster.Nodes.First(node => node != leader);
        TestNode[] survivors = [.. cluster.Nodes.Where(node => node != victim)];
        var committed = new List<bool>();
        foreach (TestNode other in survivors)
        {
            other.Driver.Before = async order =>
            {
                bool found = await other.Runtime.ReadAsync(
                    (node, _) => node.State.FindOperation(order.Operation)?.Running?.Number == order.Attempt,
                    CancellationToken.None);
                lock (committed)
                {
                    committed.Add(found);
                }
            };
        }

        await victim.KillAsync();

        TestNode witness = survivors[0];
        await witness.WaitForEventAsync(each => each.NodeDown?.Node == victim.Id.Value, "down");
        await witness.WaitForEventAsync(each => each.NodeFenced?.Node == victim.Id.Value, "fenced");
        Member survivor = members.First(member => member.Client.Current.Self == witness.Id);
        GroupChange.Started start = await survivor.ReadyWithAsync(2);

        Assert.Equal([true], committed);
        FenceOrder order = Assert.Single(survivors.SelectMany(node => node.Driver.Orders));
        Assert.Equal(victim.Name, order.Target);
        Assert.Equal(victim.Id, Assert.Single(start.Departed).Node);
        List<ClusterEvent> events = [.. witness.Seen()];
        int started = events.FindIndex(each => each.FenceAttemptStarted?.Name == victim.Name);
        int fenced = events.FindIndex(each => each.NodeFenced?.Evidence == Evidence.ObservedOff);
        int again = events.FindIndex(each => each.GroupStart?.Generation == start.Generation.Value);
        Assert.True(started >= 0 && started < fenced && fenced < again, $"attempt {started}, fenced {fenced}, start {again}");
    }

    [Fact]
    public async Task A_fenced_node_comes_back_as_a_new_incarnation()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode victim = cluster[3];
        Incarnation before = victim.Runtime.Status.Incarnation;
        await victim.KillAsync();
        await cluster[1].WaitForEventAsync(each => each.NodeFenced?.Node == 3, "fenced");

        await victim.StartAsync();
        await victim.WaitUntilUpAsync();

        Assert.True(victim.Runtime.Status.Incarnation.Value > before.Value);
        await cluster[1].WaitForEventAsync(
            each => each.NodeUp?.Incarnation == victim.Runtime.Status.Incarnation.Value, "the new life");
    }

    [Fact]
    public async Task Killing_all_nodes_loses_and_changes_no_event()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Member member = await Member.JoinAsync(cluster, cluster[1], "g");
        await member.ReadyWithAsync(1);
        IReadOnlyList<ClusterEvent> before = cluster[1].Seen();

        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));

        foreach (TestNode node in cluster.Nodes)
        {
            await Eventually.Holds(() => node.Seen().Count >= before.Count, $"{node.Name} to know its events again");
            Assert.Equal(before, node.Seen().Take(before.Count));
        }
    }

    [Fact]
    public async Task A_client_whose_daemon_restarts_is_told_that_its_stay_ended_and_letting_go_lets_the_node_join_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode node = cluster.Nodes.First(each => !each.Runtime.Status.Log.IsLeader);
        Member member = await Member.JoinAsync(cluster, node, "g");
        await member.ReadyWithAsync(1);
        Assert.True(member.Client.Lease.IsHeld);

        await node.KillAsync();
        await Eventually.Holds(() => !member.Client.Lease.IsHeld, "the lease to run out by itself");
        Assert.DoesNotContain(member.Changes(), change => change is GroupChange.Ended);
        await cluster.Nodes.First(each => each != node)
            .WaitForEventAsync(each => each.NodeFenced?.Node == node.Id.Value, "fenced");

        await node.StartAsync();
        await Eventually.Ends(member.Following, "the end of the stay");
        Assert.IsType<GroupChange.Ended>(member.Changes()[^1]);
        await node.WaitUntilUpAsync();

        // The next incarnation has a lease, but not for somebody who still holds a stay of the former one.
        await Eventually.Holds(() => member.Client.Lease.Deadline > BootTime.Now, "the lease of the new incarnation");
        Assert.False(member.Client.Lease.IsHeld);
        await member.Stay.DisposeAsync();
        await Eventually.Holds(() => member.Client.Lease.IsHeld, "the lease to be usable again");
    }

    [Fact]
    public async Task A_restarted_daemon_waits_for_the_processes_of_its_former_life()
    {
        // Without devices nobody but the daemon itself can prove the end of its former life.
        await using TestCluster cluster = await TestCluster.StartAsync(withDevices: false);
        TestNode node = cluster.Nodes.First(each => !each.Runtime.Status.Log.IsLeader);
        Member member = await Member.JoinAsync(cluster, node, "g");
        await member.ReadyWithAsync(1);

        await node.KillAsync();
        await node.StartAsync();
        await Eventually.Ends(member.Following, "the end of the stay");
        await Eventually.Holds(
            () => node.Log.Lines.Any(line => line.Contains("Waits for the end of process", StringComparison.Ordinal)),
            "the question about the former life");
        Assert.Equal(Incarnation.None, node.Runtime.Status.Incarnation);

        await member.Stay.LeaveAsync(CancellationToken.None);
        await node.WaitUntilUpAsync();
    }
}
