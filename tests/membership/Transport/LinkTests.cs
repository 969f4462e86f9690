using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Tests;

public sealed class LinkTests
{
    [Fact]
    public async Task Frames_arrive_once_in_order_with_who_sent_them()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        for (int i = 0; i < 2000; i++)
        {
            Assert.True(link.TrySend(Ends.Frame($"{i}")));
        }

        await Eventually.Holds(() => receiver.Frames.Count >= 2000, "2000 frames");
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), receiver.Texts);
        Assert.All(receiver.Frames, frame => Assert.Equal(new LinkPeer(1, 11, LinkPriority.Bulk), frame.Peer));
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).FramesSent == 2000, "the count of sent frames");
        LinkStatus status = link.StatusOf(LinkPriority.Bulk);
        Assert.True(status.IsConnected);
        Assert.Equal((22UL, 1L, 0L, 0, 0L), (status.RemoteSession, status.Connects, status.FramesDropped, status.QueuedFrames, status.QueuedBytes));
        Assert.Equal(Enumerable.Range(0, 2000).Sum(i => $"{i}".Length + 8L), status.BytesSent);
        Assert.Equal([new LinkPeer(1, 11, LinkPriority.Bulk)], listener.Peers);
    }

    [Fact]
    public async Task An_end_is_told_what_the_other_understands()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        LinkOptions newer = Ends.Dialer with { Identity = Ends.Dialer.Identity with { FeatureLevel = 7 } };
        await using var link = new OutboundLink(newer, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));

        await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");

        Assert.Equal(7U, receiver.Frames.First().Peer.FeatureLevel);
    }

    [Fact]
    public void A_hello_of_the_first_version_says_nothing_of_levels_and_one_of_a_later_version_may_say_more()
    {
        byte[] bytes = new LinkHello(Ends.Dialer.Identity with { FeatureLevel = 7 }, 2, LinkPriority.Bulk).Encode();
        byte[] second = bytes[..^1];
        second[4] = 2;
        byte[] first = second[..^4];
        first[4] = 1;
        byte[] later = [.. bytes, 1, 2, 3];
        later[4] = 4;

        foreach (byte[] each in new[] { bytes, second, later })
        {
            LinkHello hello = LinkHello.TryDecode(each)!;
            Assert.Equal((1u, 11ul, 7u, 2u), (hello.Sender.Node, hello.Sender.Session, hello.Sender.FeatureLevel, hello.Receiver));
        }

        Assert.Equal(LinkIdentity.FirstFeatureLevel, LinkHello.TryDecode(first)!.Sender.FeatureLevel);
        Assert.Null(LinkHello.TryDecode(second.AsSpan(0, second.Length - 1)));
    }

    [Fact]
    public void A_hello_says_where_its_sender_listens_and_a_damaged_one_is_none()
    {
        string[] addresses = ["10.0.0.1:7100", "[fd00::1]:7100"];
        string[] more = [.. addresses, new string('x', 256), .. Enumerable.Repeat("h:1", 10)];
        byte[] bytes = new LinkHello(Ends.Dialer.Identity with { Addresses = addresses }, 2, LinkPriority.Bulk).Encode();
        Assert.Equal(addresses, LinkHello.TryDecode(bytes)!.Sender.Addresses);
        byte[] most = new LinkHello(Ends.Dialer.Identity with { Addresses = more }, 2, LinkPriority.Bulk).Encode();
        Assert.Equal([.. addresses, .. Enumerable.Repeat("h:1", 6)], LinkHello.TryDecode(most)!.Sender.Addresses);
        for (int length = bytes.Length - 1; bytes.Length - length < 10; length--)
        {
            Assert.Null(LinkHello.TryDecode(bytes.AsSpan(0, length)));
        }
    }

    [Fact]
    public async Task Both_priorities_have_connections_of_their_own_and_none_before_the_first_frame()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        Assert.True(link.TrySend(Ends.Frame("beat"), LinkPriority.Urgent));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the urgent frame");
        Assert.Equal([LinkPriority.Urgent], receiver.Connects.Select(peer => peer.Priority));
        Assert.True(link.TrySend(Ends.Frame("data")));
        await Eventually.Holds(() => receiver.Frames.Count == 2, "the bulk frame");
        Assert.Equal(["beat", "data"], receiver.Texts);
        Assert.Equal(2, listener.Peers.Count);
    }

    [Fact]
    public async Task A_link_comes_back_when_its_listener_does()
    {
        var before = new Receiver();
        LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, before);
        EndPoint endPoint = listener.EndPoint;
        var reports = new List<LinkStatus>();
        await using var link = new OutboundLink(Ends.Dialer, 2, endPoint, status =>
        {
            lock (reports)
            {
                reports.Add(status);
            }
        });
        link.TrySend(Ends.Frame("a"));
        await Eventually.Holds(() => before.Frames.Count == 1, "the first frame");
        await listener.DisposeAsync();
        await Eventually.Holds(() => !link.StatusOf(LinkPriority.Bulk).IsConnected, "the break being seen");
        link.TrySend(Ends.Frame("b"));
        link.TrySend(Ends.Frame("c"));
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).LastError!.Contains("refused", StringComparison.Ordinal), "a failed attempt");

        var after = new Receiver();
        LinkOptions reborn = Ends.Listener with { Identity = Ends.Listener.Identity with { Session = 23 } };
        await using LinkListener again = LinkListener.Start(reborn, endPoint, after);
        await Eventually.Holds(() => after.Frames.Count == 2, "what was sent meanwhile");
        Assert.Equal(["b", "c"], after.Texts);
        LinkStatus now = link.StatusOf(LinkPriority.Bulk);
        Assert.Equal((2L, 23UL), (now.Connects, now.RemoteSession));
        lock (reports)
        {
            Assert.Equal([true, false], reports.Select(report => report.IsConnected).Take(2));
            Assert.True(reports[^1].IsConnected);
        }
    }

    [Theory]
    [InlineData("green", 2, 1, "this is cluster 'blue', not 'green'")]
    [InlineData("blue", 3, 1, "this is node 2, not 3")]
    [InlineData("blue", 2, 9, "speaks version 1, not 9")]
    public async Task Who_does_not_belong_here_is_refused_and_both_ends_say_why(string cluster, int remote, int version, string reason)
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        LinkOptions stranger = Ends.Dialer with
        {
            Identity = Ends.Dialer.Identity with { ClusterId = cluster, ProtocolVersion = (ushort)version },
        };
        await using var link = new OutboundLink(stranger, (uint)remote, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => link.StatusOf(LinkPriority.Bulk).LastError is not null, "the refusal at the dialer");
        Assert.Contains(reason, link.StatusOf(LinkPriority.Bulk).LastError);
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty, "the refusal at the listener");
        Assert.Contains(reason, receiver.Refusals.First());
        Assert.Empty(receiver.Frames);
        Assert.Equal(0, link.StatusOf(LinkPriority.Bulk).Connects);
    }

    [Fact]
    public async Task Admission_refuses_by_session_with_its_own_words()
    {
        LinkOptions picky = Ends.Listener with
        {
            Admission = peer => peer.Session < 12 ? $"session {peer.Session} is dead" : null,
        };
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(picky, Ends.AnyPort, receiver);
        await using var old = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        old.TrySend(Ends.Frame("old"));
        await Eventually.Holds(() => old.StatusOf(LinkPriority.Bulk).LastError is not null, "the refusal");
        Assert.Contains("session 11 is dead", old.StatusOf(LinkPriority.Bulk).LastError);

        LinkOptions reborn = Ends.Dialer with { Identity = Ends.Dialer.Identity with { Session = 12 } };
        await using var link = new OutboundLink(reborn, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("new"));
        await Eventually.Holds(() => !receiver.Frames.IsEmpty, "the frame of the new session");
        Assert.Equal([(new LinkPeer(1, 12, LinkPriority.Bulk), "new")], receiver.Frames);
    }

    [Fact]
    public async Task An_upgrade_wraps_both_ends_before_anything_is_said()
    {
        var seen = new List<LinkUpgradeContext>();
        StreamUpgrade scramble = (stream, context, _) =>
        {
            lock (seen)
            {
                seen.Add(context);
            }

            return ValueTask.FromResult(new UpgradedStream(new XorStream(stream)));
        };
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener with { Upgrade = scramble }, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { Upgrade = scramble }, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("secret"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");
        lock (seen)
        {
            Assert.Equal(2U, Assert.Single(seen, context => context.IsDialer).RemoteNode);
            Assert.Single(seen, context => !context.IsDialer);
        }

        await using var plain = new OutboundLink(Ends.Dialer with { ConnectTimeout = TimeSpan.FromSeconds(5) }, 2, listener.EndPoint);
        plain.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => plain.StatusOf(LinkPriority.Bulk).LastError is not null, "a plain dialer failing");
        Assert.Single(receiver.Frames);
    }

    [Fact]
    public async Task Unix_sockets_work_too()
    {
        string path = Path.Combine(Path.GetTempPath(), $"cluster-link-{Guid.NewGuid():N}.sock");
        var receiver = new Receiver();
        try
        {
            await using LinkListener listener = LinkListener.Start(Ends.Listener, new UnixDomainSocketEndPoint(path), receiver);
            await using var link = new OutboundLink(Ends.Dialer, 2, new UnixDomainSocketEndPoint(path));
            link.TrySend(Ends.Frame("x"));
            await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused_with_the_address()
    {
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, new Receiver());
        IOException refusal = Assert.Throws<IOException>(() => LinkListener.Start(Ends.Listener, listener.EndPoint, new Receiver()));
        Assert.Contains(listener.EndPoint.ToString()!, refusal.Message);
    }

    [Fact]
    public async Task Names_are_resolved()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, new DnsEndPoint("localhost", ((IPEndPoint)listener.EndPoint).Port));
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the frame");
    }

    private sealed class XorStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = await inner.ReadAsync(buffer, cancellationToken);
            Flip(buffer.Span[..read]);
            return read;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            byte[] copy = buffer.ToArray();
            Flip(copy);
            await inner.WriteAsync(copy, cancellationToken);
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }

        private static void Flip(Span<byte> bytes)
        {
            foreach (ref byte b in bytes)
            {
                b ^= 0x5A;
            }
        }
    }
}
