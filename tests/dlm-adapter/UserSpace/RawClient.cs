using System.Net.Sockets;
using Cluster.Locks.UserSpace.Protocol;
using Cluster.Transport;
using Google.Protobuf;

namespace Cluster.Locks.UserSpace.Tests;

/// <summary>A client without manners: sends what it is told.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly MessageConnection<ClientMessage, ServerMessage> _connection;

    public RawClient(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _connection = new MessageConnection<ClientMessage, ServerMessage>(new NetworkStream(_socket, ownsSocket: true), ServerMessage.Parser);
    }

    /// <summary>A message as it goes over the socket.</summary>
    public static byte[] Frame(ClientMessage message)
    {
        using MemoryStream stream = new();
        FrameConnection frames = new(stream, LockdProtocol.MaxMessageBytes);
        frames.Buffer(message.ToByteArray());
        frames.FlushAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return stream.ToArray();
    }

    public static async Task<RawClient> GreetedAsync(string path)
    {
        RawClient client = new(path);
        client.Send(new ClientMessage { Hello = new Hello { Version = 1, Space = "s" } });
        Assert.Equal(ServerMessage.KindOneofCase.Welcome, (await client.ReceiveAsync()).KindCase);
        return client;
    }

    public void Send(ClientMessage message) => Assert.True(_connection.TrySend(message));

    public void SendBytes(ReadOnlySpan<byte> bytes) => _socket.Send(bytes);

    public async Task<ServerMessage> ReceiveAsync()
    {
        using CancellationTokenSource deadline = new(Eventually.Deadline);
        return await _connection.ReceiveAsync(deadline.Token);
    }

    /// <summary>Takes a lock and waits for the grant.</summary>
    public async Task<Granted> TakeAsync(ulong number, string resource, Mode mode)
    {
        Send(new ClientMessage { TakeLock = new TakeLock { Lock = number, Resource = resource, Mode = mode } });
        ServerMessage answer = await ReceiveAsync();
        Assert.Equal(ServerMessage.KindOneofCase.Granted, answer.KindCase);
        return answer.Granted;
    }

    /// <summary>Ends when the server has closed the connection.</summary>
    public async Task UntilClosedAsync() => await Assert.ThrowsAnyAsync<IOException>(ReceiveAsync);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
