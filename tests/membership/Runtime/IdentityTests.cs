using System.Diagnostics.Metrics;
using Cluster.Consensus;
using Cluster.Runtime.Tests.Support;
using Cluster.Storage;

namespace Cluster.Runtime.Tests;

public sealed class IdentityTests
{
    [Fact]
    public async Task A_node_of_another_cluster_is_refused_and_both_sides_say_why()
    {
        await using var cluster = new TestCluster();
        TestNode stranger = cluster[3];
        stranger.Options = stranger.Options with { ClusterId = "other" };

        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));

        await cluster[1].WaitUntilUpAsync();
        await cluster[2].WaitUntilUpAsync();
        await Eventually.Holds(
            () => stranger.Runtime.Peers.Any(peer => peer.LastError?.Contains("this is cluster 'test', not 'other'", StringComparison.Ordinal) == true)
                || cluster[1].Runtime.Peers.Any(peer => peer.LastError?.Contains("this is cluster 'other', not 'test'", StringComparison.Ordinal) == true),
            "the refusal to be told");
        Assert.Equal(Membership.Incarnation.None, stranger.Runtime.Status.Incarnation);
        Assert.False(stranger.Runtime.IsQuorate);
    }

    [Fact]
    public async Task The_folder_of_another_node_is_refused()
    {
        await using var cluster = new TestCluster();
        await cluster[1].StartAsync();
        await cluster[1].KillAsync();
        cluster[2].Options = cluster[2].Options with { DataDirectory = cluster[1].Options.DataDirectory };

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(cluster[2].StartAsync);

        Assert.Contains("belongs to cluster=test node=1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_a_log_of_unknown_owner_is_refused()
    {
        await using var cluster = new TestCluster();
        await cluster[1].StartAsync();
        await cluster[1].KillAsync();
        File.Delete(Path.Combine(cluster[1].Options.DataDirectory, "identity"));

        await Assert.ThrowsAsync<InvalidOperationException>(cluster[1].StartAsync);
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_folder_is_refused()
    {
        await using var cluster = new TestCluster();
        await cluster[1].StartAsync();

        await Assert.ThrowsAsync<LogInUseException>(
            () => NodeRuntime.StartAsync(cluster[1].Options, cluster[1].Driver, cluster[1].Log, CancellationToken.None));
    }

    [Fact]
    public async Task A_failed_start_gives_everything_back()
    {
        await using var cluster = new TestCluster();
        await cluster[2].StartAsync();
        string socket = cluster[1].Options.MemberSocketPath;
        cluster[1].Options = cluster[1].Options with { MemberSocketPath = cluster[2].Options.MemberSocketPath };

        IOException refusal = await Assert.ThrowsAsync<IOException>(cluster[1].StartAsync);
        Assert.Contains("another process listens", refusal.Message, StringComparison.Ordinal);

        cluster[1].Options = cluster[1].Options with { MemberSocketPath = socket };
        await cluster[1].StartAsync();
    }

    [Fact]
    public async Task A_node_that_is_not_in_its_own_list_is_refused()
    {
        await using var cluster = new TestCluster();
        NodeRuntimeOptions options = cluster[1].Options with { Self = new NodeId(9) };

        await Assert.ThrowsAsync<ArgumentException>(
            () => NodeRuntime.StartAsync(options, cluster[1].Driver, cluster[1].Log, CancellationToken.None));
    }

    [Fact]
    public async Task The_meter_shows_what_the_node_knows_of_itself()
    {
        var read = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == "Cluster")
            {
                own.EnableMeasurementEvents(instrument);
            }
        };
        void Keep(Instrument instrument, double value)
        {
            lock (read)
            {
                read[instrument.Name] = Math.Max(value, read.GetValueOrDefault(instrument.Name));
            }
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Keep(instrument, value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Keep(instrument, value));
        listener.Start();
        await using TestCluster cluster = await TestCluster.StartAsync();

        listener.RecordObservableInstruments();

        Assert.True(read["cluster.raft.term"] >= 1);
        Assert.True(read["cluster.raft.commit.index"] >= 3);
        Assert.Equal(1, read["cluster.raft.leading"]);
        Assert.Equal(1, read["cluster.quorate"]);
        Assert.InRange(read["cluster.lease.remaining"], 0.001, TestCluster.Timing.Lease.TotalSeconds);
        Assert.True(read["cluster.log.sync.duration"] > 0);
        Assert.True(read["cluster.messages.sent"] > 0);
        Assert.True(read["cluster.messages.received"] > 0);
        Assert.True(read["cluster.loop.gap.max"] > 0);
        Assert.Equal(1, read["cluster.peer.connected"]);
    }
}
