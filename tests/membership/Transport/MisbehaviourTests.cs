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
