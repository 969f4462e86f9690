using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// One node of the cluster as a pure state machine: the replicated log, the state built from it, and this node's duties (join, lease,
/// detector, fencing). The shell calls one input at a time, carries out <see cref="Effects"/>, clears them, and goes on.
/// </summary>
public sealed class ClusterNode
{
    private readonly MembershipOptions _options;
    private readonly PendingRequests _requests;
    private readonly Contacts _contacts = new();
    private readonly LeaseGrantor _grantor;
    private readonly LeaseHolder _holder;
    private readonly Detector _detector;
    private readonly FenceSupervisor _supervisor;
    private readonly Joiner _joiner;
    private readonly NodeRecord _own;
    private readonly List<FenceAttemptStart> _attempts = [];
    private MonotonicTime _lastSeen;
    private long _wallClockMs;
    private Term _leading;
    private bool _isMember;
    private bool _hasLeft;

    /// <summary>Makes a node over a freshly opened log.</summary>
    /// <exception cref="ArgumentException">The options do not fit together; the message says how.</exception>
    public ClusterNode(MembershipOptions options, IReplicatedLog log, MonotonicTime now)
    {
        options.Timing.Validate();
        _options = options;
        Log = log;
        State = new ClusterState(options.Nodes, options.Mutations);
        _own = State.FindNode(options.Self)
            ?? throw new ArgumentException($"this node, {options.Self}, is not among the configured nodes; add it or correct its number");
        _requests = new PendingRequests(options.Self, options.Nonce | 1, options.Timing, log);
        _grantor = new LeaseGrantor(options.Self, State, log, _contacts);
        _holder = new LeaseHolder(options.Self, options.Timing, log);
        _detector = new Detector(options.Self, options, State, log, _contacts, _grantor, now);
        _supervisor = new FenceSupervisor(options.Self, options, State, log, _contacts, _grantor);
        _joiner = new Joiner(options, State, log);
        _lastSeen = now;
    }

    /// <summary>What is to be carried out since the owner last cleared it.</summary>
    public NodeEffects Effects { get; } = new();

    /// <summary>The replicated state as far as it is applied here. Read only.</summary>
    public ClusterState State { get; }

    /// <summary>The engine. Read only: its status is what the API shows.</summary>
    public IReplicatedLog Log { get; }

    /// <summary>This node's present life; <see cref="Membership.Incarnation.None"/> while it is not a member.</summary>
    public Incarnation Incarnation => _isMember ? _own.Incarnation : Incarnation.None;

    /// <summary>When this node's lease ends, by its own clock; <see cref="MonotonicTime.DistantPast"/> when it has none.</summary>
    public MonotonicTime LeaseDeadline => _isMember ? _holder.Deadline : MonotonicTime.DistantPast;

    /// <summary>Advances time. To be called at least every few milliseconds.</summary>
    /// <param name="now">This machine's clock.</param>
    /// <param name="wallClockMs">Unix milliseconds, only for what people read.</param>
    public void Tick(MonotonicTime now, long wallClockMs)
    {
        _wallClockMs = wallClockMs;
        Begin(now);
        Log.Tick(now);
        Advance(now);
    }

    /// <summary>Takes a message from a peer.</summary>
    public void Receive(PeerMessage message, MonotonicTime now)
    {
        Begin(now);
        if (message.To != _options.Self || State.FindNode(message.From) is null)
        {
            return;
        }

        if (message is MembershipMessage own)
        {
            ReceiveOwn(own, now);
        }
        else
        {
            Log.Receive(message, now);
        }

        Advance(now);
    }

    /// <summary>Reports that all writes up to <paramref name="ticket"/> are on disk.</summary>
    public void Persisted(ulong ticket, MonotonicTime now)
    {
        Begin(now);
        Log.Persisted(ticket, now);
        Advance(now);
    }

    /// <summary>
    /// Hands in a command. It is sent to the leader, again and again if need be, until it is committed; its outcome then appears in
    /// <see cref="NodeEffects.Outcomes"/> exactly once. Repetition never doubles its effect.
    /// </summary>
    /// <returns>The request's number.</returns>
    public ulong Submit(Command command, MonotonicTime now)
    {
        Begin(now);
        ulong request = _requests.Add(command, isInternal: false, _wallClockMs);
        Advance(now);
        return request;
    }

    /// <summary>Stops asking for a request; its effect may still come to pass.</summary>
    public void Forget(ulong request) => _requests.Forget(request);

    /// <summary>Reports what came of a fence order.</summary>
    public void AttemptFinished(OperationId operation, uint attempt, AttemptOutcome outcome, MonotonicTime now)
    {
        Begin(now);
        SubmitInternal(new Command
        {
            FenceAttemptEnd = new FenceAttemptEnd
            {
                Operation = operation.Value,
                Attempt = attempt,
                Succeeded = outcome.Succeeded,
                Evidence = outcome.Evidence,
                Detail = outcome.Detail,
                Device = outcome.Device,
                TookMs = (long)outcome.Took.TotalMilliseconds,
                Failure = outcome.Failure,
            },
        });
        Advance(now);
    }

    /// <summary>Reports that these members of this node's former life are proven gone.</summary>
    public void MembersExited(IReadOnlyList<MemberId> members, MonotonicTime now)
    {
        Begin(now);
        _joiner.MembersExited(members);
        Advance(now);
    }

    /// <summary>True while this node knows itself to belong to a majority: it leads a confirmed majority or holds a lease.</summary>
    public bool IsQuorate(MonotonicTime now)
    {
        ReplicatedLogStatus status = Log.Status;
        return status.IsLeader ? now < status.ConfirmedUntil : now < LeaseDeadline || (!_isMember && !status.Leader.IsNone);
    }

    /// <summary>What a group waits for, in words: <c>quorum</c>, <c>fencing of n3 (...)</c>, <c>ack of n2</c>. Empty when it is ready.</summary>
    public IReadOnlyList<string> WaitsFor(GroupRecord group, MonotonicTime now)
    {
        List<string> reasons = [];
        if (!IsQuorate(now))
        {
            reasons.Add("quorum");
        }

        reasons.AddRange(GroupWaits.Of(group, State));
        foreach (NodeRecord node in State.Nodes)
        {
            if (_supervisor.IsPostponed(node.Id) && group.Departed.Any(departed => !departed.Clean && departed.Member.Node == node.Id))
            {
                reasons.Add($"{node.Name} not being switched off now: without it fewer than {State.Majority} voters would run; bring another node back first");
            }
        }

        return reasons;
    }

    /// <summary>Notices a stall of this process before anything is done on the strength of what it believed (L3).</summary>
    private void Begin(MonotonicTime now)
    {
        TimeSpan gap = now - _lastSeen;
        _lastSeen = MonotonicTime.Max(_lastSeen, now);
        if (gap <= _options.Timing.StallThreshold)
        {
            return;
        }

        _contacts.Forgive(now);
        if (gap >= _options.Timing.ElectionTimeoutMin)
        {
            Log.Abdicate(now);
        }
    }

    private void ReceiveOwn(MembershipMessage message, MonotonicTime now)
    {
        switch (message)
        {
            case LeaseRequest request:
                _grantor.Receive(request, Incarnation, now, Effects.Messages);
                break;
            case LeaseGrant grant:
                _holder.Receive(grant, Incarnation, now);
                _contacts.MarkHeard(grant.From, grant.GrantorIncarnation, now);
                break;
            case ProbeRequest probe:
                Effects.Messages.Add(new Ping(_options.Self, probe.Target, probe.From, probe.Probe));
                break;
            case Ping ping:
                Effects.Messages.Add(new Pong(_options.Self, ping.From, ping.Origin, ping.Probe, Incarnation));
                break;
            case Pong pong:
                Effects.Messages.Add(new ProbeAnswer(_options.Self, pong.Origin, pong.From, pong.Probe, pong.Incarnation));
                break;
            case ProbeAnswer answer:
                _detector.Receive(answer, now);
                break;
            case ForwardedCommand forwarded:
                Log.TryPropose(forwarded.Payload, now, out _);
                break;
            default:
                break;
        }
    }

    /// <summary>Does what follows from an input: takes over the engine's effects, applies what is committed, does this node's duties.</summary>
    private void Advance(MonotonicTime now)
    {
        Drain(now);
        ReplicatedLogStatus status = Log.Status;
        if (status.IsLeader && _leading != status.Term)
        {
            _leading = status.Term;
            _contacts.Reset();
            _supervisor.Reset();
        }

        if (status.IsLeader && status.BarrierCommitted && _isMember && State.OpenOperation(_options.Self, _own.Incarnation) is not null)
        {
            // This node is to be fenced (an operator asked for it): only another leader can declare it down and see to that.
            Log.Abdicate(now);
        }

        _requests.Tick(now, Effects.Messages);
        _holder.Tick(now, Incarnation, _grantor, _own, Effects.Messages);
        OrderFences(now);
        _detector.Tick(now, _wallClockMs, Incarnation, Effects.Messages);
        _supervisor.Tick(now, _wallClockMs, Incarnation);
        if (!_isMember && !_hasLeft)
        {
            _joiner.Tick(now, Effects.ExitQuestions, SubmitInternal);
        }

        Drain(now);
    }

    private void Drain(MonotonicTime now)
    {
        LogEffects effects = Log.Effects;
        while (effects.Committed.Count + effects.Writes.Count + effects.Messages.Count > 0)
        {
            Effects.Writes.AddRange(effects.Writes);
            Effects.Messages.AddRange(effects.Messages);
            foreach (LogEntry entry in effects.Committed)
            {
                Apply(entry, now);
            }

            effects.Clear();
        }
    }

    private void Apply(in LogEntry entry, MonotonicTime now)
    {
        if (State.Apply(entry, Effects.Events) is not { } applied)
        {
            return;
        }

        NoticeOwnLife();
        (Command command, CommandOutcome outcome) = applied;
        if (outcome.Accepted && command.KindCase == Command.KindOneofCase.FenceAttemptStart)
        {
            if (IsForThisProcess(command.FenceAttemptStart))
            {
                _attempts.Add(command.FenceAttemptStart);
            }
        }
        else if (outcome.Id == entry.Index.Value && command.KindCase == Command.KindOneofCase.NodeJoin)
        {
            _contacts.Renew(new NodeId(command.NodeJoin.Node), now);
        }

        if (command.Proposer != _options.Self.Value || command.Request == 0)
        {
            return;
        }

        if (command.Request == _joiner.Request)
        {
            _joiner.Answered(outcome, now);
        }

        (bool found, bool isInternal) = _requests.Complete(command.Request);
        if (found && !isInternal)
        {
            Effects.Outcomes.Add((command.Request, outcome));
        }
    }

    private void NoticeOwnLife()
    {
        bool isMember = _own.State == NodeLifeState.Up && _own.Nonce == _joiner.Nonce;
        if (isMember == _isMember)
        {
            return;
        }

        _isMember = isMember;
        _holder.Reset();
        if (!isMember)
        {
            _hasLeft = _own.State == NodeLifeState.Left;
            Effects.IncarnationEnded = _hasLeft
                ? "this node left the cluster"
                : $"this node was declared down: {_own.DownReason}";
            _joiner.BeginNewLife();
        }
    }

    private bool IsForThisProcess(FenceAttemptStart start)
    {
        // An attempt that names a former life of this node, or a former process of it, was somebody else's: that process is gone.
        bool mine = start.ExecutorIncarnation == 0
            ? start.ExecutorNonce == _options.Nonce
            : _isMember && start.ExecutorIncarnation == _own.Incarnation.Value;
        return mine && start.Executor == _options.Self.Value;
    }

    /// <summary>
    /// Orders the attempts that name this process, once the cluster is known to count on it now. A node that was cut off or stalled reads of its attempt
    /// late: another may have carried it out since, and the target, back in a new life, must not be switched off for what the former one did (L3).
    /// </summary>
    private void OrderFences(MonotonicTime now)
    {
        for (int i = _attempts.Count - 1; i >= 0; i--)
        {
            FenceAttemptStart start = _attempts[i];
            FenceOperation? operation = State.FindOperation(new OperationId(start.Operation));
            if (!IsForThisProcess(start) || operation?.Running?.Number != start.Attempt)
            {
                _attempts.RemoveAt(i);
            }
            else if (start.ExecutorIncarnation == 0 ? _grantor.MayGrant(now) : now < _holder.Deadline)
            {
                _attempts.RemoveAt(i);
                Effects.FenceOrders.Add(new FenceOrder(
                    operation.Id, start.Attempt, operation.NodeName, start.Level, start.Action, _options.Fencing.AttemptDeadline));
            }
        }
    }

    private ulong SubmitInternal(Command command) => _requests.Add(command, isInternal: true, _wallClockMs);
}
