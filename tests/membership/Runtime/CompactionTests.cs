using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>Nodes that let go of their log, over real sockets and folders.</summary>
public sealed class CompactionTests
{
    private const int Some = 60;

    [Fact]
    public async Task A_node_starts_again_from_its_snapshot_with_the_same_state_and_the_same_events()
    {
        await using TestCluster cluster = await StartAsync();
        await WriteAsync(cluster[1], Some);
        await CompactedAsync(cluster[2], LogIndex.Zero.Next);
        IReadOnlyList<ClusterEvent> before = cluster[2].Seen();

        await cluster[2].KillAsync();
        await cluster[2].StartAsync();
        await cluster[2].WaitUntilUpAsync();

        Assert.True(cluster[2].Runtime.Snapshots is { Restores: 1, Index.Value: > 0, Bytes: > 0 }, cluster[2].Runtime.Snapshots.ToString());
        Assert.InRange(cluster[2].Runtime.Snapshots.SavedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow);
        Assert.Equal(before, cluster[2].Seen().Take(before.Count));
        await SameStateAsync(cluster);
    }

    [Fact]
    public async Task A_node_that_was_away_is_sent_a_snapshot_and_its_subscribers_miss_nothing()
    {
        await using TestCluster cluster = await StartAsync();
        TestNode away = cluster[3];
        NodeRuntime former = away.Runtime;
        await away.KillAsync();

        // Read when nothing can come any more.
        LogIndex last = former.Status.Log.LastIndex;

        // The leader keeps what a follower needs until that has been silent for a while.
        await Eventually.Holds(
            async () =>
            {
                await WriteAsync(cluster[1], 10);
                return cluster.Nodes.Where(node => node.IsRunning).All(node => node.Runtime.Status.Log.FirstIndex > last.Next.Next);
            },
            "both logs to begin after what the node has");

        await away.StartAsync();
        await away.WaitUntilUpAsync();

        Assert.True(away.Runtime.Snapshots.Restores == 1, $"{away.Runtime.Snapshots} {away.Runtime.Status} had {last}");
        Assert.True(away.Runtime.SnapshotBytesReceived > 0);
        Assert.True(cluster[1].Runtime.SnapshotBytesSent + cluster[2].Runtime.SnapshotBytesSent > 0);
        await WriteAsync(away, 1);
        await SameStateAsync(cluster);
        IReadOnlyList<ClusterEvent> told = cluster[1].Seen();
        await Eventually.Holds(() => away.Seen().Count >= told.Count, "all events to be told");
        Assert.Equal(told, away.Seen().Take(told.Count));
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_saved_is_reported_and_the_cluster_goes_on()
    {
        await using TestCluster cluster = Small();
        TestNode node = cluster[1];

        // A folder in the way of the file that is written first: nothing can be saved while it is there.
        string obstacle = Path.Combine(node.Options.DataDirectory, "log", "snapshot-next.tmp");
        await Task.WhenAll(cluster.Nodes.Select(each => each.StartAsync()));
        Directory.CreateDirectory(Path.Combine(obstacle, "in the way"));
        await cluster.WaitUntilUpAsync();
        await WriteAsync(node, Some);

        await Eventually.Holds(() => node.Runtime.Snapshots.Failures > 0, "the failure to be counted");

        Assert.Contains(node.Log.Lines, line => line.Contains("was not saved", StringComparison.Ordinal));
        Directory.Delete(obstacle, recursive: true);
        await WriteAsync(node, Some);
        await CompactedAsync(node, LogIndex.Zero.Next);
        await SameStateAsync(cluster);
    }

    private static TestCluster Small()
    {
        var cluster = new TestCluster();
        foreach (TestNode node in cluster.Nodes)
        {
            node.Options = node.Options with
            {
                Compaction = new CompactionPolicy { Entries = 20, RetryPause = TimeSpan.FromMilliseconds(200) },
                TrailingEntries = 5,
            };
        }

        return cluster;
    }

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = Small();
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        return cluster;
    }

    /// <summary>Commands that are refused: they stand in the log all the same.</summary>
    private static async Task WriteAsync(TestNode node, int count)
    {
        for (int at = 0; at < count; at++)
        {
            var command = new Command { FenceOpen = new FenceOpen { Node = 99, Reason = "test", Requester = "test", Kind = FenceKind.Off } };
            await Eventually.Ends(node.Runtime.SubmitAsync(command, CancellationToken.None), "the outcome");
        }
    }

    private static Task CompactedAsync(TestNode node, LogIndex before) => Eventually.Holds(
        () => node.Runtime.Status.Log.FirstIndex > before, $"the log of {node.Name} to begin after {before}", () => node.Runtime.Status.ToString());

    /// <summary>Waits until all nodes have applied as much, and compares their states to the byte.</summary>
    private static async Task SameStateAsync(TestCluster cluster) => await Eventually.Holds(
        async () =>
        {
            (LogIndex Applied, byte[] State)[] states = await Task.WhenAll(cluster.Nodes.Select(
                node => node.Runtime.ReadAsync((core, _) => (core.State.AppliedIndex, core.State.Save()), CancellationToken.None)));
            return states.All(each => each.Applied == states[0].Applied && each.State.AsSpan().SequenceEqual(states[0].State));
        },
        "all nodes to have the same state");
}
