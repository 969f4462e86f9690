using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Tests;

/// <summary>The other end stands still (as after SIGSTOP): its kernel accepts and acknowledges, nobody reads.</summary>
public sealed class OverloadTests
{
    // The other end must not come to life while a test still waits for what happens during its standstill.
    private static readonly TimeSpan s_beyondEveryWait = 2 * Eventually.Deadline;

    [Fact]
    public async Task Sending_into_a_wall_never_blocks_and_drops_the_oldest()
    {
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, new Receiver());
        EndPoint nobody = listener.EndPoint;
        await listener.DisposeAsync();
        LinkOptions small = Ends.Dialer with { MaxQueuedFrames = 10 };
        var receiver = new Receiver();
        await using var link = new OutboundLink(small, 2, nobody);
        for (int i = 0; i < 1000; i++)
        {
            Assert.True(link.TrySend(Ends.Frame($"{i}")));
        }

        LinkStatus full = link.StatusOf(LinkPriority.Bulk);
        Assert.Equal((10, 990L), (full.QueuedFrames, full.FramesDropped));
        await using LinkListener again = LinkListener.Start(Ends.Listener, nobody, receiver);
        await Eventually.Holds(() => receiver.Frames.Count == 10, "the newest ten");
        Assert.Equal(Enumerable.Range(990, 10).Select(i => $"{i}"), receiver.Texts);
    }

    [Fact]
    public async Task Drop_newest_says_so_to_the_caller_and_bytes_are_bounded_too()
    {
        LinkOptions small = Ends.Dialer with { MaxQueuedBytes = 100, Overflow = QueueOverflow.DropNewest, ConnectTimeout = TimeSpan.FromMinutes(1) };
        using Socket mute = Mute(out EndPoint endPoint);
        await using var link = new OutboundLink(small, 2, endPoint);
        Assert.True(link.TrySend(new byte[60]));
        Assert.True(link.TrySend(new byte[40]));
        Assert.False(link.TrySend(new byte[1]));
        LinkStatus status = link.StatusOf(LinkPriority.Bulk);
        Assert.Equal((2, 100L, 1L), (status.QueuedFrames, status.QueuedBytes, status.FramesDropped));
    }

    [Fact]
    public async Task A_single_frame_larger_than_the_queue_still_passes()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { MaxQueuedBytes = 100 }, 2, listener.EndPoint);
        link.TrySend(new byte[5000]);
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");
    }

    [Fact]
    public async Task A_listener_that_never_answers_the_hello_costs_a_deadline_and_no_more()
    {
        using Socket mute = Mute(out EndPoint endPoint);
        await using var link = new OutboundLink(Ends.Dialer with { ConnectTimeout = TimeSpan.FromMilliseconds(100) }, 2, endPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).LastError is not null, "the deadline");
        Assert.Contains("waiting for the answer to the hello took longer than 100 ms", link.StatusOf(LinkPriority.Bulk).LastError);
        Assert.Equal(1, link.StatusOf(LinkPriority.Bulk).QueuedFrames);
    }

    [Fact]
    public async Task An_overflow_while_the_other_end_takes_nothing_ends_the_connection_and_dials_again()
    {
        var gate = new ManualResetEventSlim();
        var receiver = new Receiver { OnFrame = (_, _) => gate.Wait(s_beyondEveryWait) };
        LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        LinkOptions small = Ends.Dialer with { MaxQueuedBytes = 4 * 1024 * 1024, WriteTimeout = TimeSpan.FromMinutes(5) };
        await using var link = new OutboundLink(small, 2, listener.EndPoint);
        byte[] chunk = new byte[1024 * 1024];
        await Eventually.Holds(
            () =>
            {
                Assert.True(link.TrySend(chunk));
                return link.StatusOf(LinkPriority.Bulk).LastError?.Contains("overflowed", StringComparison.Ordinal) == true;
            },
            "the overflow ending the connection");
        Assert.True(link.StatusOf(LinkPriority.Bulk).FramesDropped > 0);
        gate.Set();
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).Connects >= 2, "the next connection");
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).QueuedFrames == 0, "the queue being sent");
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task A_write_that_nobody_takes_ends_by_its_deadline()
    {
        var gate = new ManualResetEventSlim();
        var receiver = new Receiver { OnFrame = (_, _) => gate.Wait(s_beyondEveryWait) };
        LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { WriteTimeout = TimeSpan.FromMilliseconds(200) }, 2, listener.EndPoint);
        for (int i = 0; i < 40; i++)
        {
            link.TrySend(new byte[1024 * 1024]);
        }

        await Eventually.Holds(
            () => link.StatusOf(LinkPriority.Bulk).LastError?.Contains("took no data in time", StringComparison.Ordinal) == true,
            "the deadline of the write");
        gate.Set();
        await listener.DisposeAsync();
    }

    [Fact]
    public async Task Urgent_frames_overtake_a_stuffed_bulk_queue()
    {
        var gate = new ManualResetEventSlim();
        var receiver = new Receiver();
        receiver.OnFrame = (peer, _) =>
        {
            if (peer.Priority == LinkPriority.Bulk)
            {
                gate.Wait(s_beyondEveryWait);
            }
        };
        LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { WriteTimeout = TimeSpan.FromMinutes(5) }, 2, listener.EndPoint);
        for (int i = 0; i < 40; i++)
        {
            link.TrySend(new byte[1024 * 1024]);
        }

        await Eventually.Holds(() => receiver.Connects.Any(peer => peer.Priority == LinkPriority.Bulk), "the bulk connection");
        link.TrySend(Ends.Frame("beat"), LinkPriority.Urgent);
        await Eventually.Holds(() => !receiver.Frames.IsEmpty, "the urgent frame while bulk stands still");
        Assert.Equal(["beat"], receiver.Texts);
        Assert.True(link.StatusOf(LinkPriority.Bulk).QueuedFrames > 0);
        gate.Set();
        await Eventually.Holds(() => receiver.Frames.Count == 41, "the bulk frames afterwards");
        await listener.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_heartbeat_overtakes_a_hundred_megabytes_of_bulk(bool tls)
    {
        // Each bulk frame is taken only after one more heartbeat has arrived: were beats to wait behind bulk, nothing would move.
        using var pki = new Security.Pki();
        using var beats = new SemaphoreSlim(0);
        var receiver = new Receiver();
        receiver.OnFrame = (peer, _) =>
        {
            if (peer.Priority == LinkPriority.Urgent)
            {
                beats.Release();
            }
            else
            {
                Assert.True(beats.Wait(s_beyondEveryWait));
            }
        };
        LinkOptions listens = tls ? pki.Secure(Ends.Listener, "n2") : Ends.Listener;
        LinkOptions dials = tls ? pki.Secure(Ends.Dialer, "n1") : Ends.Dialer;
        await using LinkListener listener = LinkListener.Start(listens, Ends.AnyPort, receiver);
        dials = dials with { MaxQueuedBytes = 128 * 1024 * 1024, WriteTimeout = TimeSpan.FromMinutes(5) };
        await using var link = new OutboundLink(dials, 2, listener.EndPoint);
        byte[] chunk = new byte[1024 * 1024];
        for (int i = 0; i < 100; i++)
        {
            Assert.True(link.TrySend(chunk));
        }

        await Eventually.Holds(() => receiver.Connects.Any(peer => peer.Priority == LinkPriority.Bulk), "the bulk connection");
        for (int i = 0; i < 100; i++)
        {
            Assert.True(link.TrySend(Ends.Frame($"beat {i}"), LinkPriority.Urgent));
            int expected = i + 1;
            await Eventually.Holds(() => receiver.Frames.Count(frame => frame.Peer.Priority == LinkPriority.Urgent) == expected, $"beat {i}");
        }

        await Eventually.Holds(() => receiver.Frames.Count == 200, "the bulk frames, each after a beat");
        Assert.Equal(0, link.StatusOf(LinkPriority.Bulk).FramesDropped);
    }

    [Fact]
    public async Task A_disposed_link_takes_nothing_and_says_so()
    {
        using Socket mute = Mute(out EndPoint endPoint);
        var link = new OutboundLink(Ends.Dialer, 2, endPoint);
        link.TrySend(Ends.Frame("x"));
        long start = Stopwatch.GetTimestamp();
        await link.DisposeAsync();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10), "disposing waited for the other end");
        Assert.False(link.TrySend(Ends.Frame("y")));
        await link.DisposeAsync();
    }

    private static Socket Mute(out EndPoint endPoint)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(Ends.AnyPort);
        socket.Listen();
        endPoint = socket.LocalEndPoint!;
        return socket;
    }
}
