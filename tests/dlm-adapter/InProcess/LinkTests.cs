using System.Buffers.Binary;
using System.Net.Sockets;
using Cluster.Consensus;
using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;
using Cluster.Locks.Tests.Support;
using Cluster.Membership;

namespace Cluster.Locks.InProcess.Tests;

public sealed class LinkTests
{
    [Fact]
    public async Task A_link_that_breaks_again_and_again_loses_nothing()
    {
        const int Rounds = 40;
        const int Breaks = 100;
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        long counter = 0;
        using CancellationTokenSource stop = new();
        Task flapping = Task.Run(async () =>
        {
            // Bounded: on a loaded machine connecting may take longer than the time between two breaks.
            for (int i = 0; i < Breaks && !stop.IsCancellationRequested; i++)
            {
                cluster[i % 3].Wire.Flap();
                await Task.Delay(15);
            }
        });
        Task users = Task.WhenAll(cluster.Members.Select(async m =>
        {
            for (int i = 0; i < Rounds; i++)
            {
                await using HeldLock held = await m.Lock("r", LockMode.EX);
                counter++;
            }
        }));
        await Eventually.Holds(() => users.IsCompleted, "all users to finish", cluster.Describe);
        await users;
        await stop.CancelAsync();
        await flapping;
        Assert.Equal(3 * Rounds, counter);
        await Eventually.Holds(
            () => cluster.Members.TrueForAll(m => m.Space.Status.Counters is { Held: 0, Waiting: 0 }), "no lock left", cluster.Describe);
        Assert.All(cluster.Members, m => Assert.Empty(m.Logger.Errors));
    }

    [Fact]
    public async Task A_request_made_while_the_link_is_cut_is_granted_after_it_heals()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        HeldLock held = await cluster[0].Lock("r", LockMode.EX);
        cluster[0].Wire.Cut();
        cluster[1].Wire.Cut();
        Task<HeldLock> waiter = cluster[1].Lock("r", LockMode.EX);
        await held.UnlockAsync();
        Assert.False(waiter.IsCompleted);
        cluster[0].Wire.Heal();
        cluster[1].Wire.Heal();
        await using HeldLock granted = await Eventually.Ends(waiter, "the lock after the link has healed");
    }

    [Fact]
    public async Task Bytes_that_are_no_frames_disturb_nobody()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(cluster[0].EndPoint);
        await stranger.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), SocketFlags.None);
        await Eventually.Holds(() => cluster[0].Logger.Count(4102) == 1, "the refusal to be logged", cluster[0].Logger.ToString);
        await using HeldLock held = await Eventually.Ends(cluster[1].Lock("r", LockMode.EX), "a lock");
    }

    [Fact]
    public async Task Frames_that_hold_no_message_or_are_for_nobody_are_counted_and_dropped()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        CapturingLogger logger = new();
        await using MemberNetwork network = MemberNetwork.Listen(new(System.Net.IPAddress.Loopback, 0), new NodeId(77), logger);
        MemberPort port = network.Open(new MemberId(9999), new Silent());
        MemberId target = cluster[0].Space.Member;
        GroupMember Member(MemberId id) =>
            new(id, 0, cluster[0].Node.Id, "n1", cluster[0].Node.Incarnation, cluster[0].EndPoint.ToString());
        port.SetMembers([Member(target), Member(new MemberId(4711))]);
        byte[] nonsense = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(nonsense, ulong.MaxValue);
        Assert.True(port.TrySend(target, nonsense));
        Assert.True(port.TrySend(new MemberId(4711), nonsense));
        await Eventually.Holds(
            () => cluster[0].Space.Status.Counters.MessagesRefused == 2, "both frames to be refused", cluster.Describe);
        Assert.Equal(1, cluster[0].Logger.Count(4118));
        await using HeldLock held = await cluster[0].Lock("r", LockMode.EX);
    }

    private sealed class Silent : IMemberPortReceiver
    {
        public void Received(MemberId from, ReadOnlyMemory<byte> message)
        {
        }

        public void Reconnected(MemberId member)
        {
        }
    }
}
