using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Tests;

public sealed class MembershipClientTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task The_lease_follows_the_daemon_and_ends_by_itself()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await ConnectAsync(daemon);
        Assert.False(client.Lease.IsHeld);

        daemon.Grant(7, TimeSpan.FromMilliseconds(400));
        await Eventually.Holds(() => client.Lease.IsHeld, "the lease");
        MonotonicTime deadline = client.Lease.Deadline;
        Assert.Equal(daemon.Lease.Current.Deadline, deadline);

        await daemon.StopAsync();
        await Eventually.Holds(() => !client.Lease.IsHeld, "the lease to run out");
        Assert.True(BootTime.Now >= deadline);
    }

    [Fact]
    public async Task A_renewal_reaches_a_client_that_lost_its_connection()
    {
        await using var daemon = new FakeDaemon();
        daemon.Grant(7, TimeSpan.FromMilliseconds(300));
        await using MembershipClient client = await ConnectAsync(daemon);
        await daemon.RestartAsync();

        daemon.Grant(7, s_long);

        await Eventually.Holds(() => client.Lease.IsHeld && client.Lease.Deadline == daemon.Lease.Current.Deadline, "the renewal");
    }

    [Fact]
    public async Task The_snapshot_is_brought_forward_by_events_and_never_goes_back()
    {
        await using var daemon = new FakeDaemon();
        daemon.State.Nodes.Add(new Protocol.Node { Id = 1, Name = "n1", Incarnation = 3, State = (uint)NodeLifeState.Up });
        await using MembershipClient client = await ConnectAsync(daemon);
        Assert.Equal(new NodeId(2), client.Current.Self);

        daemon.Emit(new ClusterEvent { NodeUp = new NodeUpEvent { Node = 2, Name = "n2", Incarnation = 5 } });
        daemon.Emit(new ClusterEvent { NodeDown = new NodeDownEvent { Node = 1, Name = "n1", Incarnation = 3 } });
        await Eventually.Holds(() => client.Current.Position.Index == 102, "the events");
        NodeLifeState[] states = [.. client.Current.Nodes.Select(node => node.State)];
        Assert.Equal([NodeLifeState.Down, NodeLifeState.Up], states);

        // The daemon's own view is older than the client's (it has just been started): the client keeps what it knows.
        await daemon.RestartAsync();
        daemon.Emit(new ClusterEvent { NodeFenced = new NodeFencedEvent { Node = 1, Name = "n1", Incarnation = 3 } });
        await Eventually.Holds(() => client.Current.Nodes[0].State == NodeLifeState.Fenced, "the next event");
        Assert.Equal(2, client.Current.Nodes.Count);
    }

    [Fact]
    public async Task A_watch_has_no_gap_and_no_repeat_across_reconnections()
    {
        await using var daemon = new FakeDaemon();
        await using MembershipClient client = await ConnectAsync(daemon);
        using var end = new CancellationTokenSource();
        List<ulong> seen = [];
        Task watching = Task.Run(async () =>
        {
            await foreach (ClusterEvent each in client.WatchAsync(EventPosition.Start, end.Token))
            {
                lock (seen)
                {
                    seen.Add(each.Index);
                }
            }
        });
        for (int round = 0; round < 5; round++)
        {
            for (int i = 0; i < 100; i++)
            {
                daemon.Emit(new ClusterEvent());
            }

            await daemon.RestartAsync();
        }

        await Eventually.Holds(
            () =>
            {
                lock (seen)
                {
                    return seen.Count >= 500;
                }
            },
            "all events");
        Assert.Equal(Enumerable.Range(101, 500).Select(at => (ulong)at), seen);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching);
    }

    [Fact]
    public async Task A_watch_behind_what_is_retained_is_told()
    {
        await using var daemon = new FakeDaemon(capacity: 4);
        await using MembershipClient client = await ConnectAsync(daemon);
        for (int i = 0; i < 10; i++)
        {
            daemon.Emit(new ClusterEvent());
        }

        var trimmed = await Assert.ThrowsAsync<EventsTrimmedException>(async () =>
        {
            await foreach (ClusterEvent _ in client.WatchAsync(EventPosition.Start, CancellationToken.None))
            {
            }
        });
        Assert.Equal(106UL, trimmed.Oldest.Index);
    }

    [Fact]
    public async Task Without_a_daemon_connecting_ends_with_its_token_and_says_where_it_tried()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var gaveUp = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => MembershipClient.ConnectAsync("/tmp/no-such-socket", patience.Token));

        Assert.Contains("/tmp/no-such-socket", gaveUp.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_came_before_its_daemon_connects_when_it_is_there()
    {
        await using var daemon = new FakeDaemon();
        await daemon.StopAsync();
        Task<MembershipClient> connecting = MembershipClient.ConnectAsync(daemon.SocketPath, CancellationToken.None);
        await Task.Delay(50);
        Assert.False(connecting.IsCompleted);

        daemon.Start();

        await using MembershipClient client = await Eventually.Ends(connecting, "the connection");
    }

    [Fact]
    public async Task A_disposed_client_holds_no_lease_and_answers_nothing()
    {
        await using var daemon = new FakeDaemon();
        daemon.Grant(7, s_long);
        MembershipClient client = await ConnectAsync(daemon);
        await using IAsyncEnumerator<ClusterEvent> watch =
            client.WatchAsync(EventPosition.Start, CancellationToken.None).GetAsyncEnumerator();
        Task watching = watch.MoveNextAsync().AsTask();

        await client.DisposeAsync();

        Assert.False(client.Lease.IsHeld);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.JoinGroupAsync(new GroupJoinOptions("g", "e"), CancellationToken.None));
        Assert.Throws<ObjectDisposedException>(() => client.WatchAsync(EventPosition.Start, CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(watching, "the watch to end"));
    }

    [Fact]
    public void Boot_time_goes_on_and_is_the_kernels()
    {
        MonotonicTime first = BootTime.Now;
        double uptime = double.Parse(
            File.ReadAllText("/proc/uptime").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        MonotonicTime second = BootTime.Now;

        Assert.True(second > first);
        Assert.InRange(uptime, (first.Nanoseconds / 1e9) - 0.011, (second.Nanoseconds / 1e9) + 0.011);
    }

    internal static async Task<MembershipClient> ConnectAsync(FakeDaemon daemon) =>
        await Eventually.Ends(MembershipClient.ConnectAsync(daemon.SocketPath, CancellationToken.None), "the connection");
}
