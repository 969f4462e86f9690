using System.Net.Sockets;
using Cluster.Client.Protocol;

namespace Cluster.Runtime.Tests.Support;

/// <summary>Speaks the member protocol by hand.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly NetworkStream _stream;
    private readonly MemberFrames _frames;

    public RawClient(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _stream = new NetworkStream(_socket);
        _frames = new MemberFrames(_stream, MemberFrames.MaxServerBytes);
    }

    public static async Task<RawClient> HelloAsync(string path, ulong process)
    {
        var client = new RawClient(path);
        await client.SendAsync(new ClientMessage { Hello = new Hello { Version = 1, Process = process } });
        Assert.NotNull((await client.NextAsync(message => message.Welcome is not null)).Welcome);
        return client;
    }

    public async Task SendAsync(ClientMessage message) => await _stream.WriteAsync(MemberFrames.Encode(message));

    public async Task SendBytesAsync(byte[] bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The next message that is wanted; others are passed over.</summary>
    public async Task<ServerMessage> NextAsync(Func<ServerMessage, bool> wanted)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await _frames.ReadAsync(patience.Token) is { } frame)
        {
            ServerMessage message = ServerMessage.Parser.ParseFrom(frame.Span);
            if (wanted(message))
            {
                return message;
            }
        }

        throw new EndOfStreamException("the daemon closed the connection");
    }

    public async Task<RequestResult> JoinAsync(ulong request, string group, ulong nonce)
    {
        var join = new JoinGroup
        {
            Request = request,
            Group = group,
            Endpoint = "127.0.0.1:1",
            Nonce = nonce,
            RequiredEvidence = Membership.Protocol.Evidence.ConfirmedByHuman,
        };
        await SendAsync(new ClientMessage { JoinGroup = join });
        return (await NextAsync(message => message.Result?.Request == request)).Result;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
