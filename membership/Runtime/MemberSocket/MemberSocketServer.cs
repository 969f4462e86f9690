using System.Net.Sockets;
using Cluster.Client.Processes;
using Cluster.Client.Protocol;
using Cluster.Client;
using Cluster.Membership;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.MemberSocket;

/// <summary>
/// Serves local lock managers over a Unix socket (member.proto). A process that has joined a group stays a member until it leaves
/// or is seen to have ended; a connection that breaks changes nothing.
/// </summary>
internal sealed class MemberSocketServer : IAsyncDisposable
{
    private static readonly TimeSpan s_refusalPatience = TimeSpan.FromSeconds(5);

    private const int MaxTasks = 1024;

    private readonly IMemberHost _host;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly MemberSessions _sessions;
    private readonly MemberRequests _requests;
    private readonly CancellationTokenSource _stop = new();
    private readonly OwnedTasks _tasks;
    private readonly MemberHandshake _handshake;
    private readonly Task _accepting;
    private readonly Task _sweeping;
    private volatile bool _refusing;

    /// <summary>Binds and begins to serve.</summary>
    /// <exception cref="IOException">The socket can't be bound.</exception>
    public MemberSocketServer(string path, IMemberHost host, ILogger logger)
    {
        _host = host;
        _logger = logger;
        _listener = SocketFile.Listen(path);
        _sessions = new MemberSessions(host, logger);
        _requests = new MemberRequests(host, _sessions, logger);
        _handshake = new MemberHandshake(host);
        _tasks = new OwnedTasks(logger);
        _accepting = Task.Run(AcceptAsync);
        _sweeping = Task.Run(SweepAsync);
    }

    /// <summary>Local stays, in words.</summary>
    public IReadOnlyList<string> Members => _sessions.Describe();

    /// <summary>From now on no client may join; the others are served on.</summary>
    public void RefuseJoins() => _refusing = true;

    /// <summary>Closes the socket and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        await _sweeping.ConfigureAwait(false);
        await _tasks.AllAsync().ConfigureAwait(false);
        await _sessions.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                _tasks.Own(ServeAsync(socket));
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or the client was gone at once: neither may end the listener.
                RuntimeLog.ClientFailed(_logger, e);
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Keeps the sessions free of stays that the cluster has ended.</summary>
    private async Task SweepAsync()
    {
        try
        {
            Incarnation swept = _host.Lease.Current.Incarnation;
            while (true)
            {
                Task moved = _host.Lease.Turned.Next;
                Incarnation current = _host.Lease.Current.Incarnation;
                if (current != swept)
                {
                    swept = current;
                    _sessions.RetainOnly(current);
                }

                await moved.WaitAsync(_stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        using var connection = new MemberConnection(socket, _host.Events, _host.Lease);
        try
        {
            PeerCredentials credentials = PeerCredentials.Of(socket);
            Hello hello = await ReceiveHelloAsync(connection).ConfigureAwait(false);
            if (hello.Purpose == Purpose.Watch)
            {
                await ServeWatchAsync(connection, hello).ConfigureAwait(false);
            }
            else
            {
                await ServeMemberAsync(connection, hello, credentials).ConfigureAwait(false);
            }
        }
        catch (ClientRefusedException e)
        {
            RuntimeLog.ClientRefused(_logger, e.Message);
            await RefuseAsync(connection, e.Refusal).ConfigureAwait(false);
        }
        catch (EventsTrimmedException e)
        {
            var refusal = new Refused
            {
                Reason = RefusalReason.Trimmed,
                Detail = e.Message,
                Oldest = new Position { Index = e.Oldest.Index, Ordinal = e.Oldest.Ordinal },
            };
            await RefuseAsync(connection, refusal).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or InvalidProtocolBufferException)
        {
            RuntimeLog.ClientRefused(_logger, e.Message);
            await RefuseAsync(connection, new Refused { Reason = RefusalReason.Protocol, Detail = e.Message }).ConfigureAwait(false);
        }
    }

    private Task<Hello> ReceiveHelloAsync(MemberConnection connection) => _tasks.Count <= MaxTasks
        ? _handshake.ReadHelloAsync(connection, _stop.Token)
        : throw new ClientRefusedException(
            RefusalReason.Stopping, $"this daemon is busy with {MaxTasks} connections and requests; try again");

    private async Task ServeWatchAsync(MemberConnection connection, Hello hello)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        EventPosition after = await _handshake.WelcomeAsync(connection, hello, endsTold: null, end.Token).ConfigureAwait(false);
        await RunAllAsync(
            end,
            connection.SendEventsAsync(after, end.Token),
            connection.Incoming.ReadAsync(end.Token).AsTask()).ConfigureAwait(false);
    }

    private async Task ServeMemberAsync(MemberConnection connection, Hello hello, PeerCredentials credentials)
    {
        if (ProcessIdentity.Of(credentials.Process) is not { } process)
        {
            throw new ClientRefusedException(
                RefusalReason.Protocol,
                $"process {credentials.Process} can't be seen by this daemon, so its end could not be; "
                + "run it in the daemon's PID namespace");
        }

        (MemberSession? session, MemberConnection? before, string refusal) = _sessions.Attach(hello.Process, process, connection);
        if (session is null)
        {
            throw new ClientRefusedException(RefusalReason.Protocol, refusal);
        }

        before?.Abort();
        try
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            EventPosition after = await _handshake.WelcomeAsync(connection, hello, session.EndsTold, end.Token).ConfigureAwait(false);
            await RunAllAsync(
                end,
                connection.SendEventsAsync(after, end.Token),
                connection.SendControlAsync(end.Token),
                ReceiveAsync(connection, session, end.Token)).ConfigureAwait(false);
        }
        finally
        {
            _sessions.Detach(session, connection);
        }
    }

    /// <summary>Runs the loops of a connection until the first ends, then ends the others.</summary>
    private static async Task RunAllAsync(CancellationTokenSource end, params Task[] loops)
    {
        Task first = await Task.WhenAny(loops).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        try
        {
            await Task.WhenAll(loops).ConfigureAwait(false);
        }
        catch (Exception) when (!first.IsFaulted)
        {
            // The others were cancelled; only the first one's end tells why.
        }

        await first.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(MemberConnection connection, MemberSession session, CancellationToken cancellation)
    {
        while (await connection.Incoming.ReadAsync(cancellation).ConfigureAwait(false) is { } frame)
        {
            ClientMessage message = ClientMessage.Parser.ParseFrom(frame.Span);
            Task<RequestResult>? request = message.KindCase switch
            {
                ClientMessage.KindOneofCase.JoinGroup when _refusing => Task.FromResult(new RequestResult
                {
                    Request = message.JoinGroup.Request,
                    Detail = $"group {message.JoinGroup.Group} can't be joined: this node's daemon is stopping; "
                        + "join when it runs again",
                }),
                ClientMessage.KindOneofCase.JoinGroup => _requests.JoinAsync(session, message.JoinGroup, _stop.Token),
                ClientMessage.KindOneofCase.Acknowledge => _requests.AcknowledgeAsync(session, message.Acknowledge, cancellation),
                ClientMessage.KindOneofCase.LeaveGroup => _requests.LeaveAsync(session, message.LeaveGroup, cancellation),
                _ => null,
            };
            if (request is not null)
            {
                _tasks.Own(AnswerAsync(connection, request));
            }
        }
    }

    private static async Task AnswerAsync(MemberConnection connection, Task<RequestResult> request) =>
        connection.Answer(await request.ConfigureAwait(false));

    private async Task RefuseAsync(MemberConnection connection, Refused refusal)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        patience.CancelAfter(s_refusalPatience);
        await connection.SendAsync(new ServerMessage { Refused = refusal }, patience.Token).ConfigureAwait(false);
    }
}
