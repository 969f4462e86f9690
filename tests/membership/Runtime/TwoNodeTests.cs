using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>Two nodes, the real engine, real folders: the one that has proven the other off goes on alone.</summary>
public sealed class TwoNodeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_survivor_has_the_other_switched_off_and_goes_on_and_the_other_comes_back(int survivor)
    {
        await using TestCluster cluster = Pair();
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        TestNode lives = cluster[survivor];
        TestNode dies = cluster[3 - survivor];
        await Eventually.Holds(() => lives.Runtime.ReadAsync(
            (node, _) => node.State.Nodes.All(each => node.State.IsAssembled(each.Incarnation)), CancellationToken.None), "both to be assembled");

        await dies.KillAsync();
        await lives.WaitForEventAsync(e => e.NodeFenced?.Evidence == Evidence.ObservedOff, "the other to be fenced");

        Assert.Equal((default(OperationId), dies.Name), (lives.Driver.Orders.First().Operation, lives.Driver.Orders.First().Target));
        Assert.Single(lives.Driver.Orders);
        await Eventually.Holds(() => lives.Runtime.IsQuorate, "the survivor to be quorate");
        Assert.Equal($"{survivor}", await VotersAsync(lives));

        await dies.StartAsync();
        await dies.WaitUntilUpAsync();
        await Eventually.Holds(async () => await VotersAsync(lives) == "1 2", "both to vote");
        Assert.Empty(dies.Driver.Orders);
        Assert.Single(lives.Driver.Orders);
    }

    [Fact]
    public async Task One_that_boots_alone_waits_for_the_other_and_has_nobody_switched_off()
    {
        await using TestCluster cluster = Pair();
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        await Task.WhenAll(cluster.Nodes.Select(node => node.KillAsync()));

        await cluster[1].StartAsync();
        await Eventually.Holds(
            () => cluster[1].Runtime.ReadAsync((node, now) => node.StandoffState(now).Contains("has not met it since it started", StringComparison.Ordinal), CancellationToken.None),
            "the reason to be said");
        Assert.False(cluster[1].Runtime.IsQuorate);

        await cluster[2].StartAsync();
        await cluster.WaitUntilUpAsync();
        Assert.All(cluster.Nodes, node => Assert.Empty(node.Driver.Orders));
    }

    [Fact]
    public async Task One_that_stops_in_good_order_leaves_the_other_in_charge()
    {
        await using TestCluster cluster = Pair();
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();

        Assert.True(await cluster[1].StopAsync());

        await Eventually.Holds(async () => await VotersAsync(cluster[2]) == "2", "the other to vote alone");
        await Eventually.Holds(() => cluster[2].Runtime.IsQuorate, "the other to be quorate");
        Assert.Empty(cluster[2].Driver.Orders);
    }

    private static TestCluster Pair()
    {
        var cluster = new TestCluster(size: 2);
        foreach (TestNode node in cluster.Nodes)
        {
            node.Options = node.Options with { Quorum = new QuorumPolicy { TwoNode = true, TwoNodeDelay = TimeSpan.FromSeconds(4) } };
        }

        return cluster;
    }

    private static Task<string> VotersAsync(TestNode node) =>
        node.Runtime.ReadAsync((core, _) => string.Join(' ', core.State.Voters.Select(voter => voter.Value)), CancellationToken.None);
}
