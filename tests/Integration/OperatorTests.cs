using System.Net;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests;

/// <summary>What an operator does through the REST API of real nodes.</summary>
public class OperatorTests
{
    private const string Because = """{"reason":"smoke from the power supply"}""";

    [Fact]
    public async Task A_live_node_is_fenced_through_a_follower_once_and_comes_back_as_a_new_incarnation()
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync();
        ClusterDocument before = await cluster.AllUpAsync();
        NodeDefinition leader = cluster.Leader(before);
        NodeDefinition[] followers = [.. cluster.Nodes.Where(node => node != leader)];
        (NodeDefinition asked, NodeDefinition victim) = (followers[0], followers[1]);
        ulong life = before.Nodes.Single(node => node.Name == victim.Name).Incarnation;

        var first = await cluster.PostAsync(asked, $"/v1/nodes/{victim.Name}/fence", Because, "key-1");
        var again = await cluster.PostAsync(leader, $"/v1/nodes/{victim.Name}/fence", Because, "key-1");

        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        Assert.Equal(HttpStatusCode.Accepted, again.Status);
        Assert.NotNull(first.Location);
        Assert.Equal(first.Location, again.Location);
        await cluster.UntilAsync(
            "the node is back as another incarnation",
            [asked],
            seen => seen.Nodes.Single(node => node.Name == victim.Name) is { State: NodeState.Up } node && node.Incarnation > life);
        using JsonDocument operation = JsonDocument.Parse(await cluster.GetTextAsync(asked, first.Location!.ToString()));
        Assert.Equal("observed-off", operation.RootElement.GetProperty("evidence").GetString());

        List<string> events = await cluster.EventsAsync(asked);
        int opened = events.FindIndex(line => line.Contains("fence-opened", StringComparison.Ordinal));
        int started = events.FindIndex(line => line.Contains("fence-attempt-started", StringComparison.Ordinal));
        int fenced = events.FindIndex(line => line.Contains("node-fenced", StringComparison.Ordinal));
        Assert.True(opened >= 0 && opened < started && started < fenced, "intent, attempt, evidence: in this order");
        Assert.Single(events, line => line.Contains("fence-opened", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_last_majority_is_not_fenced()
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync(options => options with { BmcTrouble = BmcTrouble.WrongPassword });
        cluster.Nodes[2].Power.Hang();
        NodeDefinition[] survivors = [cluster.Nodes[0], cluster.Nodes[1]];
        await cluster.UntilAsync("n3 is down", survivors, seen => seen.Nodes[2].State == NodeState.Down);

        var (status, body, _) = await cluster.PostAsync(survivors[0], "/v1/nodes/n2/fence", Because);

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Contains(ProblemTypes.WouldLoseQuorum, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_quorum_a_write_is_refused_in_bounded_time_and_the_node_is_not_ready()
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync();
        cluster.Nodes[1].Power.Hang();
        cluster.Nodes[2].Power.Hang();

        var (status, body, _) = await cluster.PostAsync(cluster.Nodes[0], "/v1/nodes/n2/fence", Because);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains(ProblemTypes.NoQuorum, body, StringComparison.Ordinal);
        await cluster.UntilAsync("quorum is reported lost", [cluster.Nodes[0]], seen => !seen.Quorum.Quorate);
        Assert.Contains(ProblemTypes.NotReady, await cluster.GetTextAsync(cluster.Nodes[0], "/healthz/ready"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hung_node_that_wakes_up_learns_that_it_was_down_and_rejoins()
    {
        await using RunningCluster cluster = await RunningCluster.StartAsync(options => options with { BmcTrouble = BmcTrouble.Unreachable, AttemptDeadline = "1s" });
        NodeDefinition victim = cluster.Nodes[2];
        ulong life = (await cluster.AllUpAsync()).Nodes[2].Incarnation;
        victim.Power.Hang();
        await cluster.UntilAsync("n3 is down", [cluster.Nodes[0]], seen => seen.Nodes[2].State == NodeState.Down);

        victim.Power.Resume();

        ClusterDocument back = await cluster.UntilAsync(
            "n3 is up again", [victim], seen => seen.Nodes[2] is { State: NodeState.Up } node && node.Incarnation > life);
        Assert.True(back.Nodes[2].Incarnation > life);
    }
}
