using System.Buffers.Binary;
using System.Diagnostics;

namespace Cluster.Transport.Tests;

/// <summary>Frames that the caller's own thread writes, as far as the connection takes them.</summary>
public sealed class FlushTests
{
    [Fact]
    public async Task Frames_of_the_queue_arrive_in_order_whoever_writes_them()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        const int Count = 10_000;
        for (int i = 0; i < Count; i++)
        {
            // Both ways in mix: by the pool, and on this thread; with more than fits a socket's buffer under way.
            if (i % 5 == 0)
            {
                link.TrySend(Ends.Frame($"{i}"));
            }
            else
            {
                link.TryQueue(new TextFrame($"{i}"), LinkPriority.Bulk);
            }

            if (i % 3 == 0)
            {
                link.Flush(LinkPriority.Bulk);
            }
        }

        link.Flush(LinkPriority.Bulk);
        await Eventually.Holds(() => receiver.Frames.Count == Count, "all frames", () => $"{receiver.Frames.Count} came");
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i}"), receiver.Texts);
        Assert.Equal(Count, link.StatusOf(LinkPriority.Bulk).FramesSent);
    }

    [Fact]
    public async Task A_flush_while_the_other_end_reads_nothing_does_not_wait_and_loses_nothing()
    {
        using var gate = new ManualResetEventSlim();
        var receiver = new Receiver { OnFrame = (_, _) => gate.Wait(2 * Eventually.Deadline) };
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { WriteTimeout = TimeSpan.FromMinutes(5) }, 2, listener.EndPoint);
        link.TrySend(new byte[1]);
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).FramesSent == 1, "the connection");

        const int Count = 1000;
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Count; i++)
        {
            link.TryQueue(new NumberFrame(i, 32 * 1024), LinkPriority.Bulk);
            link.Flush(LinkPriority.Bulk);
        }

        // Far more than the sockets' buffers hold; a flush that waited would wait for the gate.
        Assert.True(Stopwatch.GetElapsedTime(began) < Eventually.Deadline, "flushing waited for the other end");
        Assert.True(link.StatusOf(LinkPriority.Bulk).QueuedFrames > 0);
        gate.Set();
        await Eventually.Holds(() => receiver.Frames.Count == Count + 1, "all frames");
    }

    [Fact]
    public async Task What_is_flushed_before_the_connection_stands_is_sent_when_it_does()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        link.TryQueue(new TextFrame("first"), LinkPriority.Urgent);
        link.Flush(LinkPriority.Urgent);
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");
    }

    [Fact]
    public async Task A_connection_that_breaks_during_a_flush_is_made_anew()
    {
        var receiver = new Receiver();
        LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the first frame");
        await listener.DisposeAsync();
        var next = new Receiver();
        await using LinkListener again = LinkListener.Start(Ends.Listener, listener.EndPoint, next);
        await Eventually.Holds(
            () =>
            {
                link.TryQueue(new TextFrame("y"), LinkPriority.Bulk);
                link.Flush(LinkPriority.Bulk);
                return !next.Frames.IsEmpty;
            },
            "a frame on the next connection");
    }

    private sealed class TextFrame(string text) : OutgoingFrame
    {
        private readonly byte[] _bytes = Ends.Frame(text);

        public override int Length => _bytes.Length;

        public override void Write(Span<byte> body) => _bytes.CopyTo(body);
    }

    private sealed class NumberFrame(int number, int length) : OutgoingFrame
    {
        public override int Length => length;

        public override void Write(Span<byte> body)
        {
            body.Clear();
            BinaryPrimitives.WriteInt32LittleEndian(body, number);
        }
    }
}
