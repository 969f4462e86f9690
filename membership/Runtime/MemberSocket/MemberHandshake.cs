using Cluster.Client;
using Cluster.Client.Protocol;
using Cluster.Membership;

namespace Cluster.Runtime.MemberSocket;

/// <summary>The beginning of a connection: the client's hello and the daemon's welcome.</summary>
internal sealed class MemberHandshake(IMemberHost host)
{
    private const uint ProtocolVersion = 1;
    private static readonly TimeSpan s_helloPatience = TimeSpan.FromSeconds(5);

    /// <summary>Reads the first message, within bounded time.</summary>
    /// <exception cref="ClientRefusedException">It is no hello, or one of another protocol version.</exception>
    public async Task<Hello> ReadHelloAsync(MemberConnection connection, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_helloPatience);
        ReadOnlyMemory<byte>? frame = await connection.Incoming.ReadAsync(patience.Token).ConfigureAwait(false);
        if (frame is null)
        {
            throw new IOException("the client closed the connection before it said hello");
        }

        if (ClientMessage.Parser.ParseFrom(frame.Value.Span) is not { KindCase: ClientMessage.KindOneofCase.Hello } message)
        {
            throw new ClientRefusedException(RefusalReason.Protocol, "the first message of a connection must be Hello");
        }

        return message.Hello.Version == ProtocolVersion
            ? message.Hello
            : throw new ClientRefusedException(
                RefusalReason.Version,
                $"the client speaks version {message.Hello.Version} of the member protocol, this daemon {ProtocolVersion}; "
                + "use the same release");
    }

    /// <summary>Sends the welcome.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="hello">What was asked for.</param>
    /// <param name="endsTold">See <see cref="MemberConnection.WelcomeAsync"/>.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <returns>The position after which events are to be sent.</returns>
    /// <exception cref="EventsTrimmedException">A watch asks for events that are not retained any more.</exception>
    public async Task<EventPosition> WelcomeAsync(MemberConnection connection, Hello hello, ulong? endsTold, CancellationToken cancellation)
    {
        Snapshot snapshot = await host.SnapshotAsync(cancellation).ConfigureAwait(false);
        var after = new EventPosition(snapshot.Position.Index, snapshot.Position.Ordinal);
        if (hello.After is { } asked)
        {
            var position = new EventPosition(asked.Index, asked.Ordinal);
            EventPosition oldest = host.Events.DroppedThrough;
            if (position >= oldest)
            {
                after = position;
            }
            else if (hello.Purpose == Purpose.Watch)
            {
                throw new EventsTrimmedException(position, oldest);
            }
        }

        var welcome = new Welcome
        {
            Version = ProtocolVersion,
            Cluster = host.ClusterId,
            Node = host.Self.Id.Value,
            Name = host.Self.Name,
            Snapshot = snapshot,
            EventsAfter = new Position { Index = after.Index, Ordinal = after.Ordinal },
        };
        await connection.WelcomeAsync(welcome, endsTold, cancellation).ConfigureAwait(false);
        return after;
    }
}
