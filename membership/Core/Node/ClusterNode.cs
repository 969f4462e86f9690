using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// One node of the cluster as a pure state machine: the replicated log, the state built from it, and this node's duties (join, lease,
/// detector, fencing). The shell calls one input at a time, carries out <see cref="Effects"/>, clears them, and goes on.
/// </summary>
public sealed partial class ClusterNode
{
    private readonly MembershipOptions _options;
    private readonly PendingRequests _requests;
    private readonly Contacts _contacts = new();
    private readonly Assembly _assembly;
    private readonly LeaseGrantor _grantor;
    private readonly FormerLeases _formerLeases;
    private readonly LeaseHolder _holder;
    private readonly Detector _detector;
    private readonly FenceSupervisor _supervisor;
    private readonly FeatureSteward _features;
    private readonly AckWatch _acks;
    private readonly NoQuorumStop _stop;
    private readonly VoterSteward _voters;
    private readonly Timekeeper _timekeeper;
    private readonly SettingsInForce _settings;
    private readonly SettingsSteward _settingsSteward;
    private readonly Joiner _joiner;
    private readonly AttemptOrders _orders;
    private readonly Compactor _compactor;
    private MonotonicTime _lastSeen;
    private long _wallClockMs;
    private Term _leading;
    private bool _isMember;
    private bool _hasLeft;
    private ulong _peersTold;

    /// <summary>Makes a node over a freshly opened log.</summary>
    /// <exception cref="ArgumentException">The options do not fit together; the message says how.</exception>
    /// <exception cref="InvalidOperationException">The snapshot that the log begins with does not fit the configured nodes.</exception>
    /// <exception cref="FeatureLevelException">The snapshot that the log begins with is of a feature level beyond this build's.</exception>
    public ClusterNode(MembershipOptions options, IReplicatedLog log, MonotonicTime now)
    {
        _options = options;
        Log = log;
        State = new ClusterState(options.Nodes, options.Mutations, options.FeatureLevel);
        _settings = new SettingsInForce(options, State);
        if (SettingsRules.Validate(_settings.Configured) is { Count: > 0 } problems)
        {
            throw new ArgumentException($"the configured settings do not fit together: {string.Join("; ", problems)}", nameof(options));
        }

        if (State.FindNode(options.Self) is null && options.Name.Length == 0)
        {
            throw new ArgumentException($"this node, {options.Self}, is not among the configured nodes; add it or correct its number");
        }

        _peersTold = State.PeersVersion;
        _requests = new PendingRequests(options.Self, options.Nonce | 1, options.Timing, log);
        _formerLeases = new FormerLeases(State, _settings);
        _assembly = new Assembly(options, _settings, State, log, _contacts, () => Incarnation);
        _grantor = new LeaseGrantor(options.Self, _settings, State, log, _contacts, _assembly);
        _holder = new LeaseHolder(options.Self, _settings, log);
        _detector = new Detector(options.Self, options, _settings, State, log, _contacts, _grantor, _formerLeases, _assembly, now);
        _supervisor = new FenceSupervisor(options.Self, options, _settings, State, log, _contacts, _grantor);
        _features = new FeatureSteward(options, _settings, State, log, _grantor);
        _acks = new AckWatch(options.Self, State, _settings, log, _grantor);
        _voters = new VoterSteward(options.Self, _settings, State, log, _grantor);
        _settingsSteward = new SettingsSteward(options, State, _settings, log, _grantor);
        _joiner = new Joiner(options, State, log);
        _orders = new AttemptOrders(options, _settings, State, _grantor, _holder);
        _compactor = new Compactor(options.Compaction, options.Nonce, State, log);
        _stop = new NoQuorumStop(_settings);
        _timekeeper = new Timekeeper(options.StoredTiming ?? StoredTiming.Configured(options.Timing), State, _settings, log, now);
        _lastSeen = now;

        // An engine that starts from a snapshot hands it out at once: a state that does not fit this configuration or this build stops the start.
        Drain(now);
    }

    /// <summary>What is to be carried out since the owner last cleared it.</summary>
    public NodeEffects Effects { get; } = new();

    /// <summary>The replicated state as far as it is applied here. Read only.</summary>
    public ClusterState State { get; }

    /// <summary>The nodes that the cluster began with: every replica begins with them, so a node that is added later is told them.</summary>
    public IReadOnlyList<ConfiguredNode> Founders => _options.Nodes;

    /// <summary>The engine. Read only: its status is what the API shows.</summary>
    public IReplicatedLog Log { get; }

    /// <summary>The settings that this node goes by: those of <see cref="State"/> once it has any, its own configuration before.</summary>
    public ClusterSettings Settings => _settings.Values;

    /// <summary>This node's present life; <see cref="Membership.Incarnation.None"/> while it is not a member.</summary>
    public Incarnation Incarnation => _isMember ? Own!.Incarnation : Incarnation.None;

    /// <summary>What the state knows of this node; null before it has learnt that it was added, and after it was removed.</summary>
    private NodeRecord? Own => State.FindNode(_options.Self);

    /// <summary>
    /// False while this node has said farewell for good (it was drained before it left) but still votes: the others would miss its vote. It is to go on running until they have
    /// taken the vote from it, or for as long as its owner has patience: they may not be able to.
    /// </summary>
    public bool MayEnd => !(_hasLeft && Own is { IsDraining: true } && State.Configuration.IsVoter(_options.Self));

    /// <summary>On the leader: why the engine did not begin the last change of voters that was wanted; empty when it did, or none is.</summary>
    public string VotersHeldUp => _voters.Refusal;

    /// <summary>When this node's lease ends, by its own clock; <see cref="MonotonicTime.DistantPast"/> when it has none.</summary>
    public MonotonicTime LeaseDeadline => _isMember ? _holder.Deadline : MonotonicTime.DistantPast;

    /// <summary>
    /// True from the moment that local stays were ended for want of a quorum (<see cref="NodeEffects.StaysEnded"/>) until there is one again: nobody may
    /// join a group on this node.
    /// </summary>
    public bool IsStoppedWithoutQuorum => _stop.IsStopped;

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

    /// <summary>
    /// Takes a message of the consensus engine from a peer. The links have authenticated it. A node whose state is empty or old does not know everybody who may lead
    /// by now, and the engine tells one that was removed what it needs to know: whom to heed is the engine's own decision.
    /// </summary>
    public void Receive(in RaftMessage message, MonotonicTime now)
    {
        Begin(now);
        if (message.To == _options.Self)
        {
            Log.Receive(message, now);
            Advance(now);
        }
    }

    /// <summary>Takes a message of the membership core from a peer. One that is not known here may lead: only removed ones have nothing to say.</summary>
    public void Receive(PeerMessage message, MonotonicTime now)
    {
        Begin(now);
        if (message.To == _options.Self && message is MembershipMessage own && !State.IsRemoved(message.From))
        {
            ReceiveOwn(own, now);
            Advance(now);
        }
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

    /// <summary>Reports that <see cref="NodeEffects.TimingToStore"/> is on disk: it is used from now on.</summary>
    public void TimingStored(StoredTiming stored, MonotonicTime now)
    {
        Begin(now);
        _timekeeper.Stored(stored);
        Advance(now);
    }

    /// <summary>
    /// On the leader: the nodes, by name, that were not seen since the whole cluster started, where the settings say to wait for all; empty when nobody is waited for. An
    /// operator may say to go on without them (<see cref="AssembleByOperator"/>).
    /// </summary>
    public IReadOnlyList<string> MissingNodes => Log.Status.IsLeader ? [.. _assembly.Missing()] : [];

    /// <summary>
    /// On the leader: the nodes, by name, of which nobody has heard since the cluster was last assembled, and which the settings leave to an operator: to have them
    /// fenced, or to wait.
    /// </summary>
    public IReadOnlyList<string> NodesLeftToAnOperator =>
        Log.Status.IsLeader ? [.. State.Nodes.Where(_assembly.IsLeftToAnOperator).Select(node => node.Name)] : [];

    /// <summary>The command with which an operator says to go on without the nodes that were not seen; to be submitted by a member.</summary>
    public Command AssembleByOperator(string who) => _assembly.ByOperator(who);

    /// <summary>True while this node knows itself to belong to a majority: it leads a confirmed majority of an assembled cluster, or holds a lease.</summary>
    public bool IsQuorate(MonotonicTime now)
    {
        ReplicatedLogStatus status = Log.Status;
        return status.IsLeader ? now < status.ConfirmedUntil && _assembly.IsComplete : now < LeaseDeadline || (!_isMember && !status.Leader.IsNone);
    }

    /// <summary>What a group waits for, in words: <c>quorum</c>, <c>fencing of n3 (...)</c>, <c>ack of n2</c>. Empty when it is ready.</summary>
    public IReadOnlyList<string> WaitsFor(GroupRecord group, MonotonicTime now)
    {
        List<string> reasons = [];
        if (!IsQuorate(now))
        {
            reasons.Add("quorum");
        }

        if (MissingNodes is { Count: > 0 } missing)
        {
            reasons.Add($"all nodes: {string.Join(", ", missing)} not seen since the cluster started; start what is missing, or assemble the cluster without it");
        }

        foreach (string name in NodesLeftToAnOperator.Where(name => group.Members.Any(member => member.Member.NodeName == name)))
        {
            reasons.Add($"an operator: nobody has heard {name} since the cluster started; have it fenced, or start it");
        }

        reasons.AddRange(GroupWaits.Of(group, State));
        if (_acks.TimeLeft(group, now) is { } left)
        {
            reasons.Add(left);
        }

        foreach (NodeRecord node in State.Nodes)
        {
            if (_supervisor.IsPostponed(node.Id) && group.Departed.Any(departed => !departed.Clean && departed.Member.Node == node.Id))
            {
                reasons.Add($"{node.Name} not being switched off now: without it fewer than {State.VotesNeeded} of {State.VotesTotal} votes would run; bring another node back first");
            }
        }

        return reasons;
    }

    /// <summary>Notices a stall of this process before anything is done on the strength of what it believed (L3).</summary>
    private void Begin(MonotonicTime now)
    {
        TimeSpan gap = now - _lastSeen;
        _lastSeen = MonotonicTime.Max(_lastSeen, now);
        if (gap <= _settings.Timing.StallThreshold)
        {
            return;
        }

        _contacts.Forgive(now);
        _acks.Reset();
        _stop.Stalled(now);
        if (gap >= _settings.Timing.ElectionTimeoutMin)
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
            default:
                break;
        }
    }
}
