using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Cluster.Client.Protocol;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Client.Connection;

/// <summary>A stream of events over connections of its own.</summary>
internal static class EventWatch
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromMilliseconds(200);

    public static async IAsyncEnumerable<ClusterEvent> RunAsync(
        string path,
        EventPosition after,
        CancellationToken disposed,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(disposed, cancellation);
        TimeSpan backoff = BackoffMin;
        while (true)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            MemberFrames? frames = await TryConnectAsync(socket, path, after, linked.Token).ConfigureAwait(false);
            while (frames is not null && await NextAsync(frames, after, linked.Token).ConfigureAwait(false) is { } message)
            {
                backoff = BackoffMin;
                if (message.KindCase == ServerMessage.KindOneofCase.Event)
                {
                    var position = new EventPosition(message.Event.Index, message.Event.Ordinal);
                    if (position > after)
                    {
                        after = position;
                        yield return message.Event;
                    }
                }
            }

            await Task.Delay(backoff, linked.Token).ConfigureAwait(false);
            backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
        }
    }

    private static async Task<MemberFrames?> TryConnectAsync(
        Socket socket, string path, EventPosition after, CancellationToken cancellation)
    {
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).ConfigureAwait(false);
            var hello = new Hello { Version = ProtocolMapping.Version, Purpose = Purpose.Watch, After = after.ToMessage() };
            byte[] frame = MemberFrames.Encode(new ClientMessage { Hello = hello });
            var stream = new NetworkStream(socket);
            await stream.WriteAsync(frame, cancellation).ConfigureAwait(false);
            return new MemberFrames(stream, MemberFrames.MaxServerBytes);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return null;
        }
    }

    /// <summary>The next message, or null when the connection ended.</summary>
    private static async Task<ServerMessage?> NextAsync(
        MemberFrames frames, EventPosition after, CancellationToken cancellation)
    {
        try
        {
            if (await frames.ReadAsync(cancellation).ConfigureAwait(false) is not { } frame)
            {
                return null;
            }

            ServerMessage message = ServerMessage.Parser.ParseFrom(frame.Span);
            if (message.KindCase == ServerMessage.KindOneofCase.Refused)
            {
                throw message.Refused.Reason switch
                {
                    RefusalReason.Trimmed => new EventsTrimmedException(after, message.Refused.Oldest.ToPosition()),
                    RefusalReason.Stopping => new IOException(message.Refused.Detail),
                    _ => new MembershipException(message.Refused.Detail),
                };
            }

            return message;
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException
            or Google.Protobuf.InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
