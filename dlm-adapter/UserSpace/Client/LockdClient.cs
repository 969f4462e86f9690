using System.Collections.Concurrent;
using System.Net.Sockets;
using Cluster.Locks.Contract;
using Cluster.Locks.UserSpace.Protocol;

namespace Cluster.Locks.UserSpace.Client;

/// <summary>
/// One session with the lockd of this node in one lock space. When the connection breaks, all that was held is lost (<see
/// cref="Lost"/>); lockd keeps it from others until this process has ended or its user disposed the client in order. There is no
/// way back into a broken session: connect again.
/// </summary>
public sealed class LockdClient : ILockSpace
{
    private readonly MessageConnection<ClientMessage, ServerMessage> _connection;
    private readonly ConcurrentDictionary<ulong, RemoteLock> _locks = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<LockSpaceStatus>> _statusRequests = new();
    private readonly LossSignal _loss = new();
    private readonly NoticeDispatcher _notices;
    private readonly Task _reading;
    private long _lastNumber;
    private int _disposed;

    private LockdClient(string space, MessageConnection<ClientMessage, ServerMessage> connection, LockdClientOptions options)
    {
        Name = space;
        _connection = connection;
        _notices = new NoticeDispatcher(options.Logger);
        _reading = Task.Run(ReadAsync);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public CancellationToken Lost => _loss.Token;

    /// <inheritdoc/>
    public string? LostReason => _loss.Reason;

    /// <summary>Connects to the lockd at <paramref name="socketPath"/> and opens a session in <paramref name="space"/>.</summary>
    /// <exception cref="LockdConnectException">lockd is not there, does not answer, or refused.</exception>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static Task<LockdClient> ConnectAsync(string socketPath, string space, CancellationToken cancellation = default) =>
        ConnectAsync(socketPath, space, new LockdClientOptions(), cancellation);

    /// <inheritdoc cref="ConnectAsync(string, string, CancellationToken)"/>
    public static async Task<LockdClient> ConnectAsync(
        string socketPath, string space, LockdClientOptions options, CancellationToken cancellation = default)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(options.ConnectTimeout);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        MessageConnection<ClientMessage, ServerMessage>? connection = null;
        bool connected = false;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), deadline.Token).ConfigureAwait(false);
            connection = new MessageConnection<ClientMessage, ServerMessage>(
                new NetworkStream(socket, ownsSocket: true), ServerMessage.Parser);
            connection.TrySend(new ClientMessage { Hello = new Hello { Version = LockdProtocol.Version, Space = space } });
            ServerMessage answer = await connection.ReceiveAsync(deadline.Token).ConfigureAwait(false);
            if (answer.KindCase != ServerMessage.KindOneofCase.Welcome)
            {
                string reason = answer.Refused?.Reason ?? $"it answered {answer.KindCase} to the greeting; is this lockd's socket?";
                throw new LockdConnectException($"lockd at {socketPath} refused a session in lock space '{space}': {reason}");
            }

            connected = true;
            return new LockdClient(space, connection, options);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new LockdConnectException(
                $"lockd at {socketPath} did not answer within {options.ConnectTimeout.TotalSeconds:F1} s; is it stopped?");
        }
        catch (Exception e) when (e is SocketException or IOException or ArgumentException)
        {
            throw new LockdConnectException($"cannot reach lockd at {socketPath}: {e.Message}; is it running, and is this its client socket?", e);
        }
        finally
        {
            if (!connected)
            {
                if (connection is not null)
                {
                    await connection.DisposeAsync().ConfigureAwait(false);
                }

                socket.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<HeldLock> LockAsync(
        string resource, LockMode mode, LockRequestOptions? options = null, CancellationToken cancellation = default)
    {
        ResourceName name = ResourceName.Create(resource);
        ThrowIfLost();
        if (cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<HeldLock>(cancellation);
        }

        ulong number = NextNumber();
        RemoteLock taken = new(this, number, name.ToString(), options, _loss, _notices);
        _locks[number] = taken;
        ValueTask<HeldLock> result = taken.RequestAsync(mode, cancellation);
        if (_loss.IsLost)
        {
            taken.OnLost(); // The loss went through the table before this lock was in it.
        }

        return result;
    }

    /// <inheritdoc/>
    public async ValueTask<LockSpaceStatus> GetStatusAsync(CancellationToken cancellation = default)
    {
        ThrowIfLost();
        ulong number = NextNumber();
        TaskCompletionSource<LockSpaceStatus> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _statusRequests[number] = answer;
        try
        {
            Send(new ClientMessage { GetStatus = new GetStatus { Request = number } });
            if (_loss.IsLost)
            {
                throw _loss.ToException(Name);
            }

            return await answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            _statusRequests.TryRemove(number, out _);
        }
    }

    /// <summary>
    /// Says goodbye: lockd releases what this session holds. Whatever is still in flight ends with <see
    /// cref="LockLostException"/>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // First the users lose their locks, then the server may give them away.
        End("the client was disposed");
        Send(new ClientMessage { Goodbye = new Goodbye() });
        await _connection.CloseAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await _notices.DisposeAsync().ConfigureAwait(false);
    }

    internal void Send(ClientMessage message) => _connection.TrySend(message);

    internal void Forget(ulong number) => _locks.TryRemove(number, out _);

    private ulong NextNumber() => (ulong)Interlocked.Increment(ref _lastNumber);

    private async Task ReadAsync()
    {
        string reason = await _connection.ReadAllAsync(Handle).ConfigureAwait(false);
        End($"the connection to lockd ended: {reason}");
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private bool Handle(ServerMessage message)
    {
        switch (message.KindCase)
        {
            case ServerMessage.KindOneofCase.Granted when _locks.TryGetValue(message.Granted.Lock, out RemoteLock? granted):
                granted.OnGranted(message.Granted.Held.ToGrant());
                break;
            case ServerMessage.KindOneofCase.Failed when _locks.TryGetValue(message.Failed.Lock, out RemoteLock? failed):
                if (message.Failed.Held is null)
                {
                    Forget(message.Failed.Lock);
                }

                failed.OnFailed(message.Failed.Failure.ToLockFailure(), message.Failed.Text, message.Failed.Held?.ToGrant());
                break;
            case ServerMessage.KindOneofCase.Blocking when _locks.TryGetValue(message.Blocking.Lock, out RemoteLock? blocking):
                blocking.OnBlocking(message.Blocking.Mode.ToLockMode());
                break;
            case ServerMessage.KindOneofCase.Status when _statusRequests.TryGetValue(message.Status.Request, out var asked):
                asked.TrySetResult(message.Status.ToStatus());
                break;
            case ServerMessage.KindOneofCase.Ended:
                End(message.Ended.Reason);
                return false;
            default:
                break; // An answer to something given up meanwhile, or a kind from a later version.
        }

        return true;
    }

    private void End(string reason)
    {
        if (!_loss.TrySignal(reason))
        {
            return;
        }

        foreach (RemoteLock held in _locks.Values)
        {
            held.OnLost();
        }

        _locks.Clear();
        foreach (TaskCompletionSource<LockSpaceStatus> asked in _statusRequests.Values)
        {
            asked.TrySetException(_loss.ToException(Name));
        }
    }

    private void ThrowIfLost()
    {
        if (_loss.IsLost)
        {
            throw _loss.ToException(Name);
        }
    }
}
