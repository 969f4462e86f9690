using System.Collections.Concurrent;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Runtime.Tests.Support;

namespace Cluster.Runtime.Tests;

/// <summary>
/// What keeps a process from its work must not cost it its lease. Runs apart from all else: here the whole process is held up. The time within which a lease
/// is renewed belongs to what is promised, so it is the product's own (profile lan).
/// </summary>
[Collection(nameof(Apart))]
public sealed class StallTests
{
    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task No_lease_is_lost_while_the_thread_pool_is_wholly_blocked()
    {
        await using TestCluster cluster = await StartAsync();
        using var release = new ManualResetEventSlim();
        int blocked = 0;
        Watch watch = await Watched(cluster, () =>
        {
            for (int i = 0; i < 400; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    _ =>
                    {
                        Interlocked.Increment(ref blocked);
                        release.Wait(s_stall);
                    },
                    null);
            }

            Thread.Sleep(s_stall);
            release.Set();
        });
        Assert.True(blocked >= Environment.ProcessorCount, $"only {blocked} threads of the pool were blocked");
        await AssertNothingLostAsync(cluster, watch);
    }

    [Fact]
    public async Task No_lease_is_lost_while_the_garbage_collector_runs_again_and_again()
    {
        await using TestCluster cluster = await StartAsync();
        byte[][] live = [.. Enumerable.Range(0, 20_000).Select(_ => new byte[1000])];
        int collections = GC.CollectionCount(2);
        Watch watch = await Watched(cluster, () =>
        {
            long end = Environment.TickCount64 + (long)s_stall.TotalMilliseconds;
            while (Environment.TickCount64 < end)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                Thread.Sleep(1);
            }
        });
        GC.KeepAlive(live);
        Assert.True(GC.CollectionCount(2) - collections > 20, "the collector hardly ran");
        await AssertNothingLostAsync(cluster, watch);
        Assert.True(cluster[1].Runtime.Stalls.Worst(Loop.StallPlace.Collector) > TimeSpan.Zero);
    }

    [Fact]
    public async Task No_lease_is_lost_while_every_sync_of_the_log_takes_two_seconds()
    {
        int slow = 0;
        int syncs = 0;
        await using TestCluster cluster = await StartAsync(() =>
        {
            Interlocked.Increment(ref syncs);
            if (Volatile.Read(ref slow) != 0)
            {
                Thread.Sleep(2000);
            }
        });
        Volatile.Write(ref slow, 1);
        Interlocked.Exchange(ref syncs, 0);
        TestNode leader = await cluster.LeaderAsync();
        var command = new Membership.Protocol.Command { NodeLeave = new Membership.Protocol.NodeLeave { Node = 9, Incarnation = 9 } };
        Task written = leader.Runtime.SubmitAsync(command, CancellationToken.None);
        Watch watch = await Watched(cluster, () => Thread.Sleep(s_stall));
        Assert.True(Volatile.Read(ref syncs) > 0, "nothing was written");
        Volatile.Write(ref slow, 0);
        await Eventually.Ends(written, "the command");
        await AssertNothingLostAsync(cluster, watch);
        Assert.Equal(leader, await cluster.LeaderAsync());
    }

    [Fact]
    public async Task Heartbeats_and_leases_go_by_pulse_alone_once_it_is_known_to_arrive()
    {
        await using TestCluster cluster = await StartAsync();
        TestNode leader = await cluster.LeaderAsync();
        await PulsingAsync(cluster);
        PeerLinkStatus before = leader.Runtime.Peers[0];
        await Eventually.Holds(() => leader.Runtime.Peers[0].PulsesReceived > before.PulsesReceived + 40, "pulses");
        PeerLinkStatus after = leader.Runtime.Peers[0];
        Assert.True(after.Paths[0].FramesSent - before.Paths[0].FramesSent < 20, $"{before} {after}");
        Assert.NotNull(after.Paths[0].RoundTrip);
        Assert.Equal(0, after.PulsesRefused);
    }

    private static async Task<TestCluster> StartAsync(Action? withEachSync = null)
    {
        var cluster = new TestCluster();
        foreach (TestNode node in cluster.Nodes)
        {
            node.Options = cluster.OptionsOf(node.Id, MembershipTiming.Lan) with { WithEachSync = withEachSync };
        }

        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilUpAsync();
        await PulsingAsync(cluster);
        return cluster;
    }

    /// <summary>Waits until the leader's pulses to each follower, and theirs to it, are known to arrive.</summary>
    private static async Task PulsingAsync(TestCluster cluster)
    {
        TestNode leader = await cluster.LeaderAsync();
        foreach (TestNode follower in cluster.Nodes.Where(node => node != leader))
        {
            await Eventually.Holds(
                () => Heard(leader, follower) && Heard(follower, leader), $"pulses between {leader.Name} and {follower.Name}");
        }
    }

    private static bool Heard(TestNode here, TestNode there) =>
        here.Runtime.Peers.Single(peer => peer.Node == there.Id).Paths[0].LastHeard < TimeSpan.FromSeconds(1);

    /// <summary>Looks at the leases all the time on a thread of its own while another holds things up.</summary>
    private static Task<Watch> Watched(TestCluster cluster, Action hold)
    {
        var watch = new Watch([.. cluster.Nodes.Select(node => node.Runtime)]);
        var ended = new TaskCompletionSource<Watch>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            watch.Begin();
            hold();
            watch.End();
            ended.SetResult(watch);
        }).Start();
        return ended.Task;
    }

    private static async Task AssertNothingLostAsync(TestCluster cluster, Watch watch)
    {
        Assert.True(watch.Looks > 100, $"only {watch.Looks} looks");
        Assert.Empty(watch.Lost);
        await cluster.WaitUntilUpAsync();
        Assert.All(cluster.Nodes, node => Assert.DoesNotContain(node.Seen(), each => each.NodeDown is not null));
    }

    private sealed class Watch(NodeRuntime[] nodes)
    {
        private readonly Incarnation[] _lives = [.. nodes.Select(node => node.Status.Incarnation)];
        private volatile bool _over;
        private Thread? _thread;

        public ConcurrentQueue<string> Lost { get; } = new();

        public int Looks { get; private set; }

        public void Begin()
        {
            _thread = new Thread(Run) { Priority = ThreadPriority.Highest };
            _thread.Start();
        }

        public void End()
        {
            _over = true;
            _thread!.Join();
        }

        private void Run()
        {
            while (!_over)
            {
                for (int i = 0; i < nodes.Length; i++)
                {
                    MonotonicTime deadline = nodes[i].LeaseDeadline;
                    if (deadline <= BootTime.Now || nodes[i].Status.Incarnation != _lives[i])
                    {
                        Lost.Enqueue($"{nodes[i].EndPoint} at look {Looks}: over for {(BootTime.Now - deadline).TotalMilliseconds} ms, {nodes[i].Status.Incarnation}");
                    }
                }

                Looks++;
                Thread.Sleep(2);
            }
        }
    }
}

/// <summary>Tests that run while no others do.</summary>
[CollectionDefinition(nameof(Apart), DisableParallelization = true)]
public sealed class Apart;
