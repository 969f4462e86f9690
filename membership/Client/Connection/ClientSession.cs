using System.Security.Cryptography;
using Cluster.Client.Protocol;
using Cluster.Membership;

namespace Cluster.Client.Connection;

/// <summary>
/// What one client object knows, across connections: position in the event order, stays, requests without answer. Messages are
/// taken on the connection's thread; requests come from any thread; one lock guards all.
/// </summary>
internal sealed partial class ClientSession : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<ulong, PendingRequest> _pending = [];
    private readonly List<GroupStay> _stays = [];
    private readonly ulong _process = RandomNumber();
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Timer _lapse;
    private Action<byte[]> _send = _ => { };
    private Incarnation _incarnation;
    private ulong _lastRequest;
    private Exception? _failure;
    private bool _closing;
    private bool _connected;
    private bool _watchingLease;

    public ClientSession() => _lapse = new Timer(_ => LookAtLease());

    /// <summary>The lease.</summary>
    public ClientLease Lease { get; } = new();

    /// <summary>Completed by the first welcome; faulted when the daemon refuses this client for good.</summary>
    public Task FirstWelcome => _welcomed.Task;

    /// <summary>Why there is no connection; for messages.</summary>
    public string LastProblem { get; private set; } = "";

    /// <summary>The newest view, and those to come.</summary>
    public SnapshotStream Snapshots { get; } = new();

    private MembershipSnapshot Current => Snapshots.Current;

    /// <summary>Says how messages are sent.</summary>
    public void Attach(Action<byte[]> send) => _send = send;

    public Hello MakeHello()
    {
        lock (_gate)
        {
            return new Hello
            {
                Version = ProtocolMapping.Version,
                Process = _process,
                Purpose = Purpose.Member,
                After = Current.Version == 0 ? null : Current.Position.ToMessage(),
            };
        }
    }

    /// <summary>Sends a request, again on every new connection, until it is answered.</summary>
    /// <param name="make">Makes the message around the request's number.</param>
    /// <param name="cancellation">Ends the waiting. A farewell is still delivered.</param>
    public async Task<RequestResult> RequestAsync(Func<ulong, ClientMessage> make, CancellationToken cancellation)
    {
        ulong number;
        PendingRequest pending;
        bool farewell;
        lock (_gate)
        {
            ThrowIfFailed();
            number = ++_lastRequest;
            ClientMessage message = make(number);
            farewell = message.KindCase == ClientMessage.KindOneofCase.LeaveGroup;
            pending = new PendingRequest(message);
            _pending.Add(number, pending);
            _send(pending.Frame);
        }

        try
        {
            return await pending.Answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!farewell)
        {
            lock (_gate)
            {
                _pending.Remove(number);
            }

            throw;
        }
    }

    /// <summary>Joins a group.</summary>
    public async Task<GroupStay> JoinAsync(GroupJoinOptions options, CancellationToken cancellation)
    {
        options.Validate();
        PendingJoin join;
        lock (_gate)
        {
            ThrowIfFailed();
            ulong number = ++_lastRequest;
            var message = new JoinGroup
            {
                Request = number,
                Group = options.Group,
                Endpoint = options.Endpoint,
                Nonce = RandomNumber(),
                RequiredEvidence = options.RequiredEvidence,
                AckDeadlineMs = options.AcknowledgeWithinMs,
                LateMember = options.LateMember,
            };
            join = new PendingJoin(new ClientMessage { JoinGroup = message }, options.Group);
            _pending.Add(number, join);
            _send(join.Frame);
        }

        RequestResult result;
        try
        {
            result = await join.Answer.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            lock (_gate)
            {
                join.Abandoned = true;
                if (join.Stay is not null)
                {
                    Undo(join.Stay);
                }
            }

            throw;
        }

        return join.Stay ?? throw new MembershipException(result.Detail);
    }

    /// <summary>Notes that a connection ended. The lease is left to run out by itself.</summary>
    public void Disconnected(string problem)
    {
        LastProblem = problem;
        lock (_gate)
        {
            _connected = false;
            Publish(Current);
        }
    }

    /// <summary>The client is about to leave its groups: from now on nobody may act by its lease.</summary>
    public void WithdrawLease()
    {
        lock (_gate)
        {
            _closing = true;
            UpdateUsable();
            Publish(Current);
        }
    }

    /// <summary>Ends everything: there will be no connection any more.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure ??= failure;
            _connected = false;
            _lapse.Dispose();
            Lease.SetUsable(false);
            foreach (GroupStay stay in _stays)
            {
                stay.End(failure.Message, outlived: true);
            }

            foreach (PendingRequest pending in _pending.Values)
            {
                pending.Answer.TrySetException(failure);
            }

            _pending.Clear();
            Publish(Current);
            Snapshots.Complete(_failure);
            _welcomed.TrySetException(failure);
            _ = _welcomed.Task.Exception;
        }
    }

    /// <summary>The stays that were not released.</summary>
    public IReadOnlyList<GroupStay> Stays()
    {
        lock (_gate)
        {
            return [.. _stays];
        }
    }

    /// <summary>A stay was left in good order.</summary>
    public void Farewell(GroupStay stay)
    {
        lock (_gate)
        {
            stay.End("left the group", outlived: false);
            Remove(stay);
            Publish(Current);
        }
    }

    /// <summary>A stay is not used any more.</summary>
    public void Release(GroupStay stay)
    {
        lock (_gate)
        {
            stay.End("was disposed", outlived: false);
            Remove(stay);
            Publish(Current);
        }
    }

    /// <summary>Leaves a group that nobody wants any more; the farewell is repeated until it is answered.</summary>
    private void Undo(GroupStay stay)
    {
        ulong number = ++_lastRequest;
        var message = new LeaveGroup { Request = number, Group = stay.Group, Member = stay.Id.Value };
        var farewell = new PendingRequest(new ClientMessage { LeaveGroup = message });
        _pending.Add(number, farewell);
        _send(farewell.Frame);
        stay.End("the join was cancelled", outlived: false);
        Remove(stay);
    }

    private void Remove(GroupStay stay)
    {
        _stays.Remove(stay);
        UpdateUsable();
    }

    /// <summary>See <see cref="ILease.IsHeld"/>: a stay of a former incarnation blocks the lease until it is released.</summary>
    private void UpdateUsable() =>
        Lease.SetUsable(!_closing && _failure is null && _incarnation != Incarnation.None && !_stays.Exists(stay => stay.OutlivedIncarnation));

    /// <summary>Makes a snapshot of this client's standing the newest, unless it tells nothing new. Nothing is told before the first welcome.</summary>
    private void Publish(MembershipSnapshot snapshot)
    {
        MembershipSnapshot before = Current;
        snapshot = snapshot with
        {
            IsConnected = _connected,
            HoldsLease = Lease.IsHeld,
            Incarnation = _incarnation,
            Version = before.Version,
        };
        if (snapshot.Version == 0 && !_connected)
        {
            return;
        }

        if (snapshot != before)
        {
            Snapshots.Publish(snapshot with { Version = before.Version + 1 });
        }

        if (snapshot.HoldsLease && !_watchingLease)
        {
            WatchLease();
        }
    }

    /// <summary>Nothing arrives when a lease runs out, so its end is looked for: once a lease, not at each renewal.</summary>
    private void LookAtLease()
    {
        lock (_gate)
        {
            _watchingLease = false;
            if (_failure is null)
            {
                Publish(Current);
            }
        }
    }

    private void WatchLease()
    {
        _watchingLease = true;
        double ms = ((Lease.Deadline.Nanoseconds - BootTime.Now.Nanoseconds) / 1e6) + 1;
        _lapse.Change((long)Math.Clamp(Math.Ceiling(ms), 1, LongestLookMs), Timeout.Infinite);
    }

    /// <inheritdoc/>
    public void Dispose() => _lapse.Dispose();

    private const double LongestLookMs = 60_000;

    private void ThrowIfFailed()
    {
        if (_failure is not null)
        {
            throw SnapshotStream.Refusal(_failure);
        }
    }

    private static ulong RandomNumber() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
