using Cluster.Membership;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>Nodes with builds of different age.</summary>
public sealed class FeatureLevelTests
{
    [Fact]
    public async Task The_cluster_runs_at_what_its_oldest_member_understands_until_that_is_upgraded()
    {
        await using var cluster = new TestCluster();
        cluster[3].Options = cluster[3].Options with { FeatureLevel = FeatureLevels.First };
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        await AllKnowAllAsync(cluster);
        Assert.All(cluster.Nodes, node => Assert.Equal(FeatureLevels.First, node.Runtime.Status.FeatureLevel));

        Assert.True(await cluster[3].StopAsync(), string.Join('\n', cluster[3].Log.Lines));
        cluster[3].Options = cluster[3].Options with { FeatureLevel = FeatureLevels.Understood };
        await cluster[3].StartAsync();

        await Eventually.Holds(
            () => cluster.Nodes.All(node => node.Runtime.Status.FeatureLevel == FeatureLevels.Understood), "the level to be raised everywhere");
        Assert.Contains(cluster[1].Log.Lines, line => line.Contains($"runs at feature level {FeatureLevels.Understood}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_is_too_old_is_refused_and_both_sides_say_why()
    {
        await using var cluster = new TestCluster();
        TestNode old = cluster[3];
        old.Options = old.Options with { FeatureLevel = FeatureLevels.First };
        foreach (TestNode node in new[] { cluster[1], cluster[2] })
        {
            node.Options = node.Options with { Timing = TestCluster.Timing with { StartupGrace = TimeSpan.Zero } };
        }

        await Task.WhenAll(cluster[1].StartAsync(), cluster[2].StartAsync());
        await Eventually.Holds(
            () => cluster.Nodes.Where(node => node.IsRunning).All(node => node.Runtime.Status.FeatureLevel == FeatureLevels.Understood),
            "the level to be raised");

        await old.StartAsync();

        // It answers the leader, whichever that is, and has nothing to say to the other.
        await Eventually.Holds(
            () => new[] { cluster[1], cluster[2] }.Any(node => node.Log.Lines.Any(
                line => line.Contains($"node 3 understands feature level 1, but the cluster runs at {FeatureLevels.Understood}", StringComparison.Ordinal))),
            "the refusal to be told");
        await Eventually.Holds(
            () => old.Runtime.Peers.Any(peer => peer.LastError?.Contains("install the other nodes' release", StringComparison.Ordinal) == true),
            "the refusal to be known to the old node");
        Assert.Equal(Incarnation.None, old.Runtime.Status.Incarnation);
    }

    /// <summary>Waits until every node has applied everybody's join.</summary>
    private static async Task AllKnowAllAsync(TestCluster cluster)
    {
        foreach (TestNode node in cluster.Nodes)
        {
            await Eventually.Gives(
                async () => await node.Runtime.ReadAsync((core, _) => core.State.Nodes.All(each => each.State == NodeLifeState.Up) ? "all" : null, CancellationToken.None),
                $"{node.Name} to know all nodes");
        }
    }
}
