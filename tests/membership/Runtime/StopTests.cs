using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>Lock managers on a node that loses its quorum, or its life, while its daemon runs on.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Without_quorum_stays_are_ended_and_with_one_again_the_node_joins_groups_anew_in_the_same_life()
    {
        await using TestCluster cluster = await StartAsync(NoQuorumPolicy.Stop);
        TestNode lonely = cluster[1];
        Member member = await Member.JoinAsync(cluster, lonely, "g");
        await member.ReadyWithAsync(1);
        Incarnation life = lonely.Runtime.Status.Incarnation;

        await Task.WhenAll(cluster[2].KillAsync(), cluster[3].KillAsync());
        await Eventually.Ends(member.Following, "the end of the stay");
        Assert.Contains("known of no quorum", Assert.IsType<GroupChange.Ended>(member.Changes()[^1]).Reason, StringComparison.Ordinal);
        Assert.False(member.Client.Lease.IsHeld);
        Assert.Contains(lonely.Log.Lines, line => line.Contains("Ends the stays of local members", StringComparison.Ordinal));
        Task leaving = member.Stay.LeaveAsync(CancellationToken.None);
        await Task.WhenAll(cluster[2].StartAsync(), cluster[3].StartAsync());

        await Eventually.Ends(leaving, "the farewell to be committed");
        Member again = await Member.JoinAsync(cluster, lonely, "g");
        await again.ReadyWithAsync(1);
        Assert.Equal(life, lonely.Runtime.Status.Incarnation);
        await Eventually.Holds(() => again.Client.Lease.IsHeld, "the lease to be held again");
    }

    [Fact]
    public async Task Where_the_settings_say_freeze_the_stay_goes_on_once_there_is_a_quorum_again()
    {
        await using TestCluster cluster = await StartAsync(NoQuorumPolicy.Freeze);
        TestNode lonely = cluster[1];
        Member member = await Member.JoinAsync(cluster, lonely, "g");
        await member.ReadyWithAsync(1);

        await Task.WhenAll(cluster[2].KillAsync(), cluster[3].KillAsync());
        await Eventually.Holds(() => !member.Client.Lease.IsHeld, "the lease to run out");
        await Task.WhenAll(cluster[2].StartAsync(), cluster[3].StartAsync());

        await Eventually.Holds(() => member.Client.Lease.IsHeld, "the lease to be held again");
        Assert.DoesNotContain(member.Changes(), change => change is GroupChange.Ended);
    }

    [Fact]
    public async Task A_node_declared_down_while_it_was_paused_stops_its_members_on_waking_and_comes_back_as_a_new_incarnation()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        TestNode paused = cluster.Nodes.First(node => !node.Runtime.Status.Log.IsLeader);
        TestNode witness = cluster.Nodes.First(node => node != paused);
        Member member = await Member.JoinAsync(cluster, paused, "g");
        await member.ReadyWithAsync(1);
        Incarnation before = paused.Runtime.Status.Incarnation;
        using ManualResetEventSlim wake = new();

        // As with SIGSTOP: nothing of the core runs, and no clock stands still.
        Task<int> pause = paused.Runtime.ReadAsync((_, _) => wake.Wait(TimeSpan.FromMinutes(2)) ? 1 : 0, CancellationToken.None);
        await witness.WaitForEventAsync(each => each.NodeFenced?.Incarnation == before.Value, "the paused node to be declared down and fenced");
        Assert.False(member.Client.Lease.IsHeld);
        Assert.DoesNotContain(member.Changes(), change => change is GroupChange.Ended);
        wake.Set();
        Assert.Equal(1, await pause);

        await Eventually.Ends(member.Following, "the end of the stay");
        Assert.IsType<GroupChange.Ended>(member.Changes()[^1]);
        await Eventually.Holds(() => paused.Runtime.Status.Incarnation.Value > before.Value, "the new incarnation");
        await paused.WaitUntilUpAsync();
        await member.Stay.DisposeAsync();
        await Eventually.Holds(() => member.Client.Lease.IsHeld, "the lease to be usable again");
    }

    private static async Task<TestCluster> StartAsync(NoQuorumPolicy policy)
    {
        var cluster = new TestCluster(3, withDevices: true);
        foreach (TestNode node in cluster.Nodes)
        {
            node.Options = node.Options with { Quorum = new QuorumPolicy { NoQuorum = policy, NoQuorumStopAfter = TimeSpan.FromSeconds(2) } };
        }

        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        return cluster;
    }
}
