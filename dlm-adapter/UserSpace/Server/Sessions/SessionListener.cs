using System.Net.Sockets;
using Cluster.Client.Processes;
using Cluster.Locks.Hosting;
using Cluster.Locks.UserSpace.Protocol;
using Microsoft.Extensions.Logging;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// Accepts clients on the Unix socket and owns their sessions from the greeting to the release of their locks, which for a broken
/// connection is the end of the client's process.
/// </summary>
internal sealed class SessionListener : IAsyncDisposable
{
    private static readonly TimeSpan GreetingTimeout = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyDictionary<string, LockSpaceHost> _spaces;
    private readonly TimeSpan _farewellTimeout;
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopAccepting = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _serving = [];
    private readonly Task _accepting;
    private ulong _lastSession;

    public SessionListener(
        string path, IReadOnlyDictionary<string, LockSpaceHost> spaces, TimeSpan farewellTimeout, ILogger logger)
    {
        _spaces = spaces;
        _farewellTimeout = farewellTimeout;
        _logger = logger;
        _listener = UnixSocketFile.Listen(path);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>
    /// Stops accepting, gives the clients, who were told that their space has ended, <see cref="LockdSettings.FarewellTimeout"/>
    /// to hang up, and hangs up then.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _stopAccepting.CancelAsync().ConfigureAwait(false);
        _listener.Dispose(); // Also deletes the socket's file. From now on the path may be a successor's.
        await _accepting.ConfigureAwait(false);
        _stop.CancelAfter(_farewellTimeout);
        Task[] serving;
        lock (_gate)
        {
            serving = [.. _serving];
        }

        await Task.WhenAll(serving).ConfigureAwait(false);
        _stop.Dispose();
        _stopAccepting.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopAccepting.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync(_stopAccepting.Token).ConfigureAwait(false);
                Own(Task.Run(() => ServeAsync(socket)));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors or the like: clients can wait, the sessions that stand must not suffer.
                Log.AcceptFailed(_logger, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100)).ConfigureAwait(false);
            }
        }
    }

    private void Own(Task serving)
    {
        lock (_gate)
        {
            _serving.Add(serving);
        }

        _ = serving.ContinueWith(
            done =>
            {
                lock (_gate)
                {
                    _serving.Remove(done);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task ServeAsync(Socket socket)
    {
        MessageConnection<ServerMessage, ClientMessage> connection = new(
            new NetworkStream(socket, ownsSocket: true), ClientMessage.Parser);
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                if (await GreetAsync(socket, connection).ConfigureAwait(false) is { } session)
                {
                    await ServeAsync(session, connection).ConfigureAwait(false);
                }
            }
            catch (Exception e)
            {
                Log.SessionFailed(_logger, e);
            }
        }
    }

    /// <summary>The session that the greeting opens; null when the client was refused.</summary>
    private async Task<Session?> GreetAsync(Socket socket, MessageConnection<ServerMessage, ClientMessage> connection)
    {
        int processId = PeerCredentials.Of(socket).Process;
        (Session? session, string refusal) = processId <= 0
            ? (null, "lockd cannot see the client's process (another pid namespace?) and could not tell when it ends; run both in one")
            : ProcessIdentity.Of(processId) is not { } process
            ? (null, "lockd cannot see the client's process in /proc; if that is mounted with hidepid, run lockd as root")
            : await OpenAsync(process, connection).ConfigureAwait(false);
        if (session is null)
        {
            Log.ClientRefused(_logger, processId, refusal);
            connection.TrySend(new ServerMessage { Refused = new Refused { Reason = LockdProtocol.Cut(refusal) } });
            await connection.CloseAsync().ConfigureAwait(false);
        }

        return session;
    }

    private async Task<(Session? Session, string Refusal)> OpenAsync(
        ProcessIdentity process, MessageConnection<ServerMessage, ClientMessage> connection)
    {
        ClientMessage first;
        try
        {
            using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            deadline.CancelAfter(GreetingTimeout);
            first = await connection.ReceiveAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidDataException)
        {
            return (null, $"no greeting: {e.Message}");
        }

        if (first.KindCase != ClientMessage.KindOneofCase.Hello)
        {
            return (null, $"the first message must be Hello, not {first.KindCase}");
        }

        Hello hello = first.Hello;
        if (hello.Version != LockdProtocol.Version)
        {
            return (null, $"the client speaks version {hello.Version}, this lockd {LockdProtocol.Version}; upgrade the older one");
        }

        return _spaces.TryGetValue(hello.Space, out LockSpaceHost? space)
            ? (new Session(Interlocked.Increment(ref _lastSession), process, space, connection), "")
            : (null, $"this lockd does not serve lock space '{hello.Space}', only {string.Join(", ", _spaces.Keys)}; start it with --space");
    }

    private async Task ServeAsync(Session session, MessageConnection<ServerMessage, ClientMessage> connection)
    {
        LockSpaceHost space = session.Space;
        session.Send(new ServerMessage
        {
            Welcome = new Welcome { Version = LockdProtocol.Version, Session = session.Number, Member = space.Id.Value },
        });
        Log.SessionOpened(_logger, session.Number, session.Process.Id, space.Name);
        SessionEnd end;
        using (space.Loss.Token.Register(() => session.Send(new ServerMessage { Ended = new Ended { Reason = LockdProtocol.Cut(space.Loss.Reason!) } })))
        using (_stop.Token.Register(() => connection.Abort("lockd leaves")))
        {
            end = await session.RunAsync().ConfigureAwait(false);
        }

        if (!end.Orderly && !space.Loss.IsLost)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            session.GiveUpRequests();
            Log.SessionBroken(_logger, session.Number, session.Process.Id, end.Reason, session.Locks);
            await UntilReleasableAsync(session).ConfigureAwait(false);
        }

        int locks = session.Locks;
        session.ReleaseAll();
        Log.SessionClosed(_logger, session.Number, session.Process.Id, end.Reason, locks);
    }

    /// <summary>Ends when the client's process has ended, or when the space has: then nothing is held any more.</summary>
    private static async Task UntilReleasableAsync(Session session)
    {
        try
        {
            await session.Process.WaitForEndAsync(session.Space.Loss.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The space is over.
        }
    }
}
