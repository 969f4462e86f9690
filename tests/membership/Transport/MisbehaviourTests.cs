using System.Net.Sockets;

namespace Cluster.Transport.Tests;

public sealed class MisbehaviourTests
{
    [Fact]
    public async Task A_frame_with_a_bad_check_ends_the_connection_and_nothing_of_it_is_handed_over()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        (Socket socket, FrameConnection connection) = await GreetAsync(listener, 11);
        using (socket)
        {
            connection.Buffer(Ends.Frame("good"));
            await connection.FlushAsync(default);
            await socket.SendAsync(new byte[] { 3, 0, 0, 0, 1, 2, 3, 4, 97, 98, 99 });
            Assert.Null(await connection.ReadAsync(default));
        }

        await Eventually.Holds(() => !receiver.Disconnects.IsEmpty, "the end of the connection");
        Assert.Contains("failed its check", receiver.Disconnects.Single());
        Assert.Equal(["good"], receiver.Texts);
    }

    [Fact]
    public async Task A_length_out_of_bounds_ends_the_connection()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener with { MaxFrameBytes = 1000 }, Ends.AnyPort, receiver);
        (Socket socket, FrameConnection connection) = await GreetAsync(listener, 11);
        using (socket)
        {
            await socket.SendAsync(new byte[] { 0xE9, 3, 0, 0, 0, 0, 0, 0 });
            Assert.Null(await connection.ReadAsync(default));
        }

        await Eventually.Holds(() => !receiver.Disconnects.IsEmpty, "the end of the connection");
        Assert.Contains("at most 1000", receiver.Disconnects.Single());
    }

    [Fact]
    public async Task The_greatest_frame_passes_and_a_greater_one_is_refused_to_the_caller()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener with { MaxFrameBytes = 100_000 }, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer with { MaxFrameBytes = 100_000 }, 2, listener.EndPoint);
        Assert.True(link.TrySend(new byte[100_000]));
        Assert.Throws<ArgumentException>(() => link.TrySend(new byte[100_001]));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the greatest frame");
    }

    [Fact]
    public async Task Who_says_no_hello_in_time_is_closed()
    {
        var receiver = new Receiver();
        LinkOptions hasty = Ends.Listener with { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        await using LinkListener listener = LinkListener.Start(hasty, Ends.AnyPort, receiver);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty, "the report");
        Assert.Contains("no hello came in time", receiver.Refusals.Single());
    }

    [Fact]
    public async Task Who_says_something_else_is_closed()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint);
        await socket.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());
        await Eventually.Holds(() => !receiver.Refusals.IsEmpty, "the report");
        Assert.Contains("at most", receiver.Refusals.Single());
    }

    [Fact]
    public async Task Idle_strangers_beyond_the_limit_are_closed_at_once()
    {
        LinkOptions strict = Ends.Listener with { MaxPendingHellos = 2, ConnectTimeout = TimeSpan.FromMinutes(1) };
        await using LinkListener listener = LinkListener.Start(strict, Ends.AnyPort, new Receiver());
        var strangers = new List<Socket>();
        for (int i = 0; i < 3; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(listener.EndPoint);
            strangers.Add(socket);
        }

        Assert.Equal(0, await strangers[2].ReceiveAsync(new byte[1]));
        strangers.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task A_receiver_that_throws_ends_the_connection_and_the_link_comes_back()
    {
        var receiver = new Receiver();
        receiver.OnFrame = (_, body) =>
        {
            if (body.Length == 1)
            {
                throw new InvalidOperationException("cannot take this");
            }
        };
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var link = new OutboundLink(Ends.Dialer, 2, listener.EndPoint);
        link.TrySend(Ends.Frame("x"));
        await Eventually.Holds(() => !receiver.Disconnects.IsEmpty, "the end");
        Assert.Equal("cannot take this", receiver.Disconnects.Single());
        await Eventually.Holds(() => !link.StatusOf(LinkPriority.Bulk).IsConnected, "the dialer seeing it");
        link.TrySend(Ends.Frame("yes"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the next frame");
    }

    [Fact]
    public async Task A_newer_connection_of_a_peer_takes_the_place_of_the_older()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        (Socket first, FrameConnection old) = await GreetAsync(listener, 11);
        (Socket other, FrameConnection stranger) = await GreetAsync(listener, 12);
        (Socket second, FrameConnection young) = await GreetAsync(listener, 11);
        Assert.Null(await old.ReadAsync(default));
        Assert.Contains("a newer connection", receiver.Disconnects.Single());
        young.Buffer(Ends.Frame("young"));
        await young.FlushAsync(default);
        stranger.Buffer(Ends.Frame("other session"));
        await stranger.FlushAsync(default);
        await Eventually.Holds(() => receiver.Frames.Count == 2, "frames of the two connections that live");
        Assert.Equal(2, listener.Peers.Count);
        first.Dispose();
        second.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task A_hello_that_was_overtaken_by_one_of_a_later_connection_does_not_end_that()
    {
        var receiver = new Receiver();
        LinkOptions patient = Ends.Listener with { ConnectTimeout = TimeSpan.FromSeconds(30) };
        await using LinkListener listener = LinkListener.Start(patient, Ends.AnyPort, receiver);
        using var early = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await early.ConnectAsync(listener.EndPoint);
        (Socket late, FrameConnection live) = await GreetAsync(listener, 11);

        var dead = new FrameConnection(new NetworkStream(early), 10_000);
        dead.Buffer(new LinkHello(Ends.Dialer.Identity, 2, LinkPriority.Bulk).Encode());
        await dead.FlushAsync(default);
        LinkAnswer? answer = LinkAnswer.TryDecode((await dead.ReadAsync(default))!.Value.Span);
        Assert.Contains("a newer connection of the same peer stands", answer!.Refusal);

        live.Buffer(Ends.Frame("alive"));
        await live.FlushAsync(default);
        await Eventually.Holds(() => receiver.Frames.Count == 1, "a frame of the later connection");
        Assert.Empty(receiver.Disconnects);
        late.Dispose();
    }

    [Fact]
    public async Task Connections_that_take_each_others_place_never_overlap()
    {
        // The second is ended by the third while it still waits for the first, whose receiver is busy.
        using var gate = new ManualResetEventSlim();
        var receiver = new Receiver();
        receiver.OnFrame = (_, body) =>
        {
            if (body.Length == 4)
            {
                gate.Wait(Eventually.Deadline);
            }
        };
        LinkOptions patient = Ends.Listener with { ConnectTimeout = TimeSpan.FromSeconds(30) };
        await using LinkListener listener = LinkListener.Start(patient, Ends.AnyPort, receiver);
        (Socket first, FrameConnection busy) = await GreetAsync(listener, 11);
        busy.Buffer(Ends.Frame("slow"));
        await busy.FlushAsync(default);
        await Eventually.Holds(() => receiver.Connects.Count == 1, "the first connection");
        Task<(Socket, FrameConnection)> second = GreetAsync(listener, 11);
        await Task.Delay(50);
        Task<(Socket Socket, FrameConnection Connection)> third = GreetAsync(listener, 11);
        await Task.Delay(100);
        Assert.False(third.IsCompleted, "the third was accepted while the first still handed a frame over");
        gate.Set();
        (Socket live, FrameConnection connection) = await Eventually.Ends(third, "the third being accepted");
        connection.Buffer(Ends.Frame("after"));
        await connection.FlushAsync(default);
        await Eventually.Holds(() => receiver.Frames.Count == 2, "its frame");
        Assert.Equal(["slow", "after"], receiver.Texts);
        await Assert.ThrowsAnyAsync<Exception>(() => second);
        first.Dispose();
        live.Dispose();
    }

    [Fact]
    public async Task A_connection_that_the_other_side_has_forgotten_is_replaced_by_the_next_frames()
    {
        var receiver = new Receiver();
        await using LinkListener listener = LinkListener.Start(Ends.Listener, Ends.AnyPort, receiver);
        await using var way = new Relay(listener.EndPoint);
        await using var link = new OutboundLink(Ends.Dialer, 2, way.EndPoint);
        link.TrySend(Ends.Frame("before"));
        await Eventually.Holds(() => receiver.Frames.Count == 1, "the first frame");

        // Half open: the listener's side is gone, the dialer hears nothing of it until it sends.
        way.CutListenerSide();
        await Eventually.Holds(() => listener.Peers.Count == 0, "the listener seeing the end");
        Assert.True(link.StatusOf(LinkPriority.Bulk).IsConnected);
        int sent = 0;
        await Eventually.Holds(
            () =>
            {
                link.TrySend(Ends.Frame($"{sent++}"));
                return receiver.Frames.Count > 1;
            },
            "a frame over the next connection");
        Assert.Equal(2, link.StatusOf(LinkPriority.Bulk).Connects);
    }

    [Fact]
    public void A_vanished_machine_is_noticed_by_the_kernel()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        LinkSocket.Configure(socket, Ends.Dialer with { WriteTimeout = TimeSpan.FromSeconds(3) });
        byte[] value = new byte[4];
        socket.GetRawSocketOption(6, 18, value); // IPPROTO_TCP, TCP_USER_TIMEOUT
        Assert.Equal(3000, BitConverter.ToInt32(value));
        Assert.NotEqual(0, (int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive)!);
        Assert.Equal(5, (int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!);
    }

    [Fact]
    public async Task A_connection_that_is_not_admitted_any_more_ends()
    {
        ulong over = 0;
        var receiver = new Receiver();
        LinkOptions picky = Ends.Listener with { Admission = peer => peer.Session == over ? "that process is over" : null };
        await using LinkListener listener = LinkListener.Start(picky, Ends.AnyPort, receiver);
        (Socket first, FrameConnection old) = await GreetAsync(listener, 11);
        (Socket second, FrameConnection young) = await GreetAsync(listener, 12);
        await listener.ReconsiderAsync();
        Assert.Equal(2, listener.Peers.Count);
        over = 11;
        await listener.ReconsiderAsync();
        Assert.Null(await old.ReadAsync(default));
        await Eventually.Holds(() => !receiver.Disconnects.IsEmpty, "the end of the old connection");
        Assert.Equal("that process is over", receiver.Disconnects.Single());
        young.Buffer(Ends.Frame("young"));
        await young.FlushAsync(default);
        await Eventually.Holds(() => receiver.Frames.Count == 1, "a frame of the other");
        first.Dispose();
        second.Dispose();
    }

    /// <summary>Raw hello, so that the test owns the socket.</summary>
    private static async Task<(Socket Socket, FrameConnection Connection)> GreetAsync(LinkListener listener, ulong session)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.EndPoint);
        var connection = new FrameConnection(new NetworkStream(socket), 10_000);
        connection.Buffer(new LinkHello(Ends.Dialer.Identity with { Session = session }, 2, LinkPriority.Bulk).Encode());
        await connection.FlushAsync(default);
        LinkAnswer? answer = LinkAnswer.TryDecode((await connection.ReadAsync(default))!.Value.Span);
        Assert.Equal(new LinkAnswer(22, null), answer);
        return (socket, connection);
    }
}
