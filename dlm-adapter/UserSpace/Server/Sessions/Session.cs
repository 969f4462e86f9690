using System.Collections.Concurrent;
using Cluster.Client.Processes;
using Cluster.Locks.Contract;
using Cluster.Locks.Hosting;
using Cluster.Locks.UserSpace.Protocol;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// One client connection in one lock space. Its messages are handled one after the other on the reading loop; answers are queued
/// under the space's gate and never block it.
/// </summary>
internal sealed class Session(
    ulong number, ProcessIdentity process, LockSpaceHost space, MessageConnection<ServerMessage, ClientMessage> connection)
{
    // Written by the reading loop, and by the space when a request ends ungranted.
    private readonly ConcurrentDictionary<ulong, SessionLock> _locks = new();
    private bool _goodbye;

    public ulong Number { get; } = number;

    public ProcessIdentity Process { get; } = process;

    public LockSpaceHost Space { get; } = space;

    /// <summary>Locks held and requests in flight.</summary>
    public int Locks => _locks.Count;

    public static ServerMessage ToFailed(ulong number, LockFailure failure, string text, LockGrant? held = null) => new()
    {
        Failed = new Failed { Lock = number, Failure = failure.ToWire(), Text = LockdProtocol.Cut(text), Held = held?.ToWire() },
    };

    /// <summary>Serves the client until the connection ends.</summary>
    public async Task<SessionEnd> RunAsync()
    {
        string reason = await connection.ReadAllAsync(Handle).ConfigureAwait(false);
        return new SessionEnd(_goodbye, _goodbye ? "goodbye" : reason);
    }

    public void Send(ServerMessage message) => connection.TrySend(message);

    public void Forget(ulong lockNumber) => _locks.TryRemove(lockNumber, out _);

    /// <summary>
    /// The connection is gone but the process may live: nobody can be told of a grant any more, so what waits is given up. What
    /// is held stays, in the mode held: a conversion that waits would hold up all who come after it.
    /// </summary>
    public void GiveUpRequests()
    {
        foreach ((ulong lockNumber, SessionLock held) in _locks)
        {
            if (Space.GiveUpRequest(held))
            {
                Forget(lockNumber);
            }
            else
            {
                Space.Cancel(held);
            }
        }
    }

    /// <summary>The client acts on nothing any more: others may have what it held.</summary>
    public void ReleaseAll()
    {
        foreach (SessionLock held in _locks.Values)
        {
            Space.Release(held);
        }

        _locks.Clear();
    }

    private bool Handle(ClientMessage message)
    {
        switch (message.KindCase)
        {
            case ClientMessage.KindOneofCase.TakeLock:
                HandleTake(message.TakeLock);
                return true;
            case ClientMessage.KindOneofCase.ConvertLock:
                HandleConvert(message.ConvertLock);
                return true;
            case ClientMessage.KindOneofCase.ReleaseLock:
                if (_locks.TryRemove(message.ReleaseLock.Lock, out SessionLock? released))
                {
                    Space.Release(released);
                }

                return true;
            case ClientMessage.KindOneofCase.CancelConversion:
                if (_locks.TryGetValue(message.CancelConversion.Lock, out SessionLock? canceled))
                {
                    Space.Cancel(canceled);
                }

                return true;
            case ClientMessage.KindOneofCase.GetStatus:
                Send(new ServerMessage { Status = Space.GetStatus().ToWire(message.GetStatus.Request) });
                return true;
            case ClientMessage.KindOneofCase.Goodbye:
                _goodbye = true;
                return false;
            default:
                throw new InvalidDataException(
                    $"a message of kind {message.KindCase} does not belong here; is the client of a later version?");
        }
    }

    private void HandleTake(TakeLock request)
    {
        LockMode mode = request.Mode.ToLockMode();
        if (!ResourceName.TryCreate(request.Resource, out ResourceName resource))
        {
            Send(ToFailed(request.Lock, LockFailure.Invalid, "a resource's name is 1 to 64 bytes of UTF-8"));
            return;
        }

        SessionLock added = new(this, request.Lock);
        if (!_locks.TryAdd(request.Lock, added))
        {
            throw new InvalidDataException($"lock number {request.Lock} is in use in this session; each lock needs a number of its own");
        }

        Space.Request(added, resource, mode, (LockFlags)request.Flags);
    }

    private void HandleConvert(ConvertLock request)
    {
        LockMode mode = request.Mode.ToLockMode();
        if (!_locks.TryGetValue(request.Lock, out SessionLock? held))
        {
            Send(ToFailed(request.Lock, LockFailure.NotFound, "this session holds no such lock"));
        }
        else if (!Space.Convert(held, mode, (LockFlags)request.Flags))
        {
            throw new InvalidDataException($"lock {request.Lock} was to be converted while something is in flight on it; one operation at a time");
        }
    }
}
