using System.Threading.Channels;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Tests;

public sealed class SnapshotTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_client_that_is_not_connected_yet_knows_nothing_and_grants_nothing()
    {
        await using var daemon = new FakeDaemon();
        await daemon.StopAsync();
        await using MembershipClient client = MembershipClient.Start(daemon.SocketPath);
        Assert.Same(MembershipSnapshot.None, client.Current);
        Assert.False(client.Lease.IsHeld);

        daemon.Grant(7, s_long);
        daemon.Start();
        await using IAsyncEnumerator<MembershipSnapshot> snapshots = client.SnapshotsAsync(CancellationToken.None).GetAsyncEnumerator();
        MembershipSnapshot first = await NextAsync(snapshots);
        Assert.Equal((1L, true, true), (first.Version, first.IsConnected, first.HoldsLease));
        Assert.Equal(("test", new NodeId(2), new Incarnation(7)), (first.Cluster, first.Self, first.Incarnation));
    }

    [Fact]
    public async Task The_welcome_carries_all_that_a_lock_manager_needs()
    {
        await using var daemon = new FakeDaemon();
        daemon.State.Nodes.Add(new Protocol.Node
        {
            Id = 4,
            Name = "n4",
            Incarnation = 3,
            State = (uint)NodeLifeState.Up,
            Addresses = { "10.0.0.4:7", "10.1.0.4:7" },
            Votes = 2,
            IsArbiter = true,
            Maintenance = true,
            Draining = true,
            Labels = { new Label { Key = "zone", Value = "b" }, new Label { Key = "rack", Value = "9" } },
        });
        daemon.State.SettingsVersion = 12;
        daemon.State.Voters = new VotersChangedEvent { Voters = { 4, 1 }, Votes = { 2, 1 }, Outgoing = { 1 }, OutgoingVotes = { 1 } };
        daemon.State.Groups.Add(new Protocol.Group { Name = "g", Generation = 5, Phase = (uint)GroupPhase.Ready });
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);

        MembershipSnapshot now = client.Current;
        NodeSnapshot node = now.Find(new NodeId(4))!;
        Assert.Equal(["10.0.0.4:7", "10.1.0.4:7"], node.Addresses);
        Assert.Equal((2, true, true, true), (node.Votes, node.IsArbiter, node.IsMaintained, node.IsDraining));
        Assert.Equal(["rack", "zone"], node.Labels.Keys);
        Assert.Equal(12UL, now.SettingsVersion);
        Assert.Equal([new VoterSnapshot(new NodeId(1), 1), new VoterSnapshot(new NodeId(4), 2)], now.Quorum.Voters);
        Assert.Equal([new VoterSnapshot(new NodeId(1), 1)], now.Quorum.Outgoing);
        Assert.Equal((3, 2), (now.Quorum.VotesTotal, now.Quorum.VotesNeeded));
        Assert.Equal(new GroupSnapshot("g", new Generation(5), GroupPhase.Ready), now.Find("g"));
        Assert.Null(now.Find("other"));
    }

    [Fact]
    public async Task Every_kind_of_event_brings_the_snapshot_forward()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        Label label = new() { Key = "zone", Value = "a" };
        daemon.Emit(new ClusterEvent
        {
            NodeAdded = new NodeAddedEvent { Node = 5, Name = "n5", Addresses = { "h:1" }, Votes = 3, IsArbiter = true, Labels = { label } },
        });
        NodeSnapshot added = await NodeAsync(client, daemon, 5);
        Assert.Equal((NodeLifeState.Absent, "n5", 3, true), (added.State, added.Name, added.Votes, added.IsArbiter));
        Assert.Equal("a", added.Labels["zone"]);

        daemon.Emit(new ClusterEvent { NodeUp = new NodeUpEvent { Node = 5, Name = "n5", Incarnation = 50 } });
        daemon.Emit(new ClusterEvent
        {
            NodeChanged = new NodeChangedEvent { Node = 5, Name = "n5", Addresses = { "h:2" }, Votes = 1, Maintenance = true, Draining = true },
        });
        NodeSnapshot changed = await NodeAsync(client, daemon, 5);
        Assert.Equal((NodeLifeState.Up, new Incarnation(50), 1, true), (changed.State, changed.Incarnation, changed.Votes, changed.IsArbiter));
        Assert.Equal((true, true, 0, "h:2"), (changed.IsMaintained, changed.IsDraining, changed.Labels.Count, Assert.Single(changed.Addresses)));

        daemon.Emit(new ClusterEvent { NodeRemoved = new NodeRemovedEvent { Node = 5, Name = "n5" } });
        daemon.Emit(new ClusterEvent { SettingsChanged = new SettingsChangedEvent { Version = 3 } });
        daemon.Emit(new ClusterEvent { VotersChanged = new VotersChangedEvent { Voters = { 1, 2, 3 }, Votes = { 1, 1, 1 } } });
        daemon.EmitStart("g", 4, 200);
        MembershipSnapshot now = await CaughtUpAsync(client, daemon);
        Assert.Null(now.Find(new NodeId(5)));
        Assert.Equal((3UL, 2), (now.SettingsVersion, now.Quorum.VotesNeeded));
        Assert.Equal(new GroupSnapshot("g", new Generation(4), GroupPhase.Starting), now.Find("g"));
        daemon.Emit(new ClusterEvent { GroupReady = new GroupReadyEvent { Group = "g", Generation = 4 } });
        Assert.Equal(GroupPhase.Ready, (await CaughtUpAsync(client, daemon)).Find("g")!.Phase);
        daemon.Emit(new ClusterEvent { GroupStop = new GroupStopEvent { Group = "g", Generation = 4 } });
        Assert.Equal(GroupPhase.Stopped, (await CaughtUpAsync(client, daemon)).Find("g")!.Phase);
    }

    [Fact]
    public async Task A_snapshot_that_was_taken_never_changes()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        MembershipSnapshot before = client.Current;
        daemon.Emit(new ClusterEvent { NodeUp = new NodeUpEvent { Node = 1, Name = "n1", Incarnation = 5 } });
        MembershipSnapshot after = await CaughtUpAsync(client, daemon);
        Assert.Empty(before.Nodes);
        Assert.Single(after.Nodes);
        Assert.True(after.Version > before.Version);
    }

    [Fact]
    public async Task A_slow_reader_of_snapshots_finds_the_newest_and_versions_only_grow()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        await using IAsyncEnumerator<MembershipSnapshot> slow = client.SnapshotsAsync(CancellationToken.None).GetAsyncEnumerator();
        long seen = (await NextAsync(slow)).Version;
        for (int i = 0; i < 1000; i++)
        {
            daemon.Emit(new ClusterEvent());
        }

        MembershipSnapshot newest = await CaughtUpAsync(client, daemon);
        MembershipSnapshot found = await NextAsync(slow);
        Assert.Equal(newest.Position, found.Position);
        Assert.True(found.Version >= seen + 1000);

        // Nothing new: the reader waits.
        ValueTask<bool> waiting = slow.MoveNextAsync();
        Assert.False(waiting.IsCompleted);
        daemon.Emit(new ClusterEvent());
        Assert.True(await Eventually.Ends(waiting.AsTask(), "the next snapshot"));
        Assert.True(slow.Current.Version > found.Version);
    }

    [Fact]
    public async Task Lease_and_connection_are_told_when_they_change_and_not_at_every_renewal()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        Channel<MembershipSnapshot> seen = Channel.CreateUnbounded<MembershipSnapshot>();
        using var end = new CancellationTokenSource();
        Task reading = Task.Run(async () =>
        {
            await foreach (MembershipSnapshot each in client.SnapshotsAsync(end.Token))
            {
                seen.Writer.TryWrite(each);
            }
        });
        Assert.False((await seen.Reader.ReadAsync()).HoldsLease);

        // Renewed again and again, then not any more: it ends by itself, without a word of the daemon.
        for (int i = 0; i < 20; i++)
        {
            daemon.Grant(7, TimeSpan.FromMilliseconds(500));
            await Eventually.Holds(() => client.Lease.Deadline == daemon.Lease.Current.Deadline, "the renewal");
        }

        MembershipSnapshot held = await Eventually.Ends(seen.Reader.ReadAsync().AsTask(), "the lease");
        Assert.True(held.HoldsLease);
        MembershipSnapshot lapsed = await Eventually.Ends(seen.Reader.ReadAsync().AsTask(), "the end of the lease");
        Assert.Equal((false, true, held.Version + 1), (lapsed.HoldsLease, lapsed.IsConnected, lapsed.Version));

        await daemon.StopAsync();
        MembershipSnapshot alone = await Eventually.Ends(seen.Reader.ReadAsync().AsTask(), "the end of the connection");
        Assert.False(alone.IsConnected);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task The_stream_of_a_disposed_client_ends()
    {
        await using var daemon = new FakeDaemon();
        MembershipClient client = await MembershipClientTests.ConnectAsync(daemon);
        IAsyncEnumerator<MembershipSnapshot> snapshots = client.SnapshotsAsync(CancellationToken.None).GetAsyncEnumerator();
        await NextAsync(snapshots);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (true)
            {
                await NextAsync(snapshots);
            }
        });
        Assert.Equal((false, false), (client.Current.IsConnected, client.Current.HoldsLease));
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative/path")]
    [InlineData("/too-long-012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void A_path_that_can_be_no_sockets_is_refused_with_the_reason(string path)
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => MembershipClient.Start(path));
        Assert.Contains("member socket's path", error.Message, StringComparison.Ordinal);
    }

    private static async Task<MembershipSnapshot> NextAsync(IAsyncEnumerator<MembershipSnapshot> snapshots)
    {
        Assert.True(await Eventually.Ends(snapshots.MoveNextAsync().AsTask(), "the next snapshot"));
        return snapshots.Current;
    }

    private static async Task<NodeSnapshot> NodeAsync(MembershipClient client, FakeDaemon daemon, uint node) =>
        (await CaughtUpAsync(client, daemon)).Find(new NodeId(node))!;

    private static async Task<MembershipSnapshot> CaughtUpAsync(MembershipClient client, FakeDaemon daemon)
    {
        await Eventually.Holds(() => client.Current.Position.Index == daemon.LastIndex, "the events");
        return client.Current;
    }
}
