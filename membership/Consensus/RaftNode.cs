namespace Cluster.Consensus;

/// <summary>
/// A node of a Raft cluster (Ongaro and Ousterhout, 2014; Ongaro's thesis) as a sans-I/O state machine: pre-vote, check-quorum,
/// pipelined replication, joint configuration change, learners, transfer of leadership, snapshots, read barriers. Single-threaded:
/// one caller at a time.
/// </summary>
/// <remarks>
/// Promises beyond the paper's:
/// <list type="bullet">
/// <item>Nothing is told as fact before it is on disk (S7): grants and every message of a new term wait for the write of term and
/// vote, acknowledgements for the write of the entries; the leader's own copy counts once its write is reported. Leadership
/// itself waits for no log write.</item>
/// <item>A voter helps nobody to be elected for one minimum election timeout after it heard the leader or granted a vote, and after
/// it started for as long as it may have promised before (it has forgotten that). <see cref="ReplicatedLogStatus.ConfirmedUntil"/> rests on
/// that (RaftNode.Patience.cs has the argument). The one exception is the successor a leader asked to stand; that leader had stopped
/// promising (RaftNode.Handover.cs).</item>
/// </list>
/// Malformed, misdirected and stale messages are dropped. A broken invariant, for example two leaders in one term, throws
/// <see cref="InvalidOperationException"/>: the state can't be trusted any more, and the process must stop.
/// </remarks>
public sealed partial class RaftNode : IReplicatedLog
{
    // No cluster gets near; keeps arithmetic on terms from foreign messages away from overflow.
    private static readonly Term GreatestTerm = new(ulong.MaxValue / 2);

    private readonly NodeId _self;
    private readonly PeerSet _peers;
    private readonly RaftLog _log;
    private RaftOptions _options;
    private SplitMix64 _random;
    private MonotonicTime _now;
    private LogRole _role = LogRole.Follower;
    private Term _term;
    private NodeId _votedFor;
    private NodeId _leader;
    private LogIndex _commit;

    /// <summary>Starts a voter from what its disk holds.</summary>
    /// <param name="options">The settings; validated here.</param>
    /// <param name="recovered">What storage found.</param>
    /// <param name="now">The time; the voter keeps quiet for <see cref="RaftOptions.NewcomerPatience"/> from here.</param>
    /// <exception cref="RaftConfigurationException">The settings contradict each other.</exception>
    /// <exception cref="InvalidOperationException">What storage found cannot have been written by this engine.</exception>
    public RaftNode(RaftOptions options, RecoveredLog recovered, MonotonicTime now)
    {
        options.Validate();
        _options = options;
        _self = options.Self;
        _peers = new PeerSet(options);
        _untoldPatience = options.ElectionTimeoutMin;
        _abstention = options.NewcomerPatience;
        _votePatience = Patience;
        _random = new SplitMix64(options.Seed);
        _log = new RaftLog(recovered);
        _term = recovered.HardState.Term;
        _standoff = recovered.HardState.Standoff;
        _votedFor = Breaks(RaftMutations.ForgetsVoteAtRestart) ? NodeId.None : recovered.HardState.VotedFor;
        Invariant.Check(_term >= _log.LastTerm, "a term is on disk before an entry of it");
        _pacer = new SnapshotPacer(options.MaxSnapshotBytesPerSecond);

        // Differs from the numbers of this process's earlier lives, which may have had the same seed.
        _forwardedReads = new ForwardedReads(new SplitMix64(options.Seed ^ (ulong)now.Nanoseconds).Next());
        _isNewcomer = IsNewcomer(options, recovered) && !Breaks(RaftMutations.TrustsNewcomers);
        _newcomersNumber = new SplitMix64(options.Seed + (ulong)now.Nanoseconds).Next() | 1;
        _now = now;
        _rememberedSince = now;
        StartFrom(recovered.Snapshot);
        _configurations = Recovered(recovered);
        ApplyConfiguration();
        KeepQuiet();
    }

    /// <inheritdoc/>
    public LogEffects Effects { get; } = new();

    /// <inheritdoc/>
    public ReplicatedLogStatus Status
    {
        get
        {
            bool leads = _role == LogRole.Leader;
            MonotonicTime confirmedAt = leads ? ConfirmedAt() : MonotonicTime.DistantPast;
            return new ReplicatedLogStatus(
                _role,
                _term,
                _leader,
                _log.LastIndex,
                _commit,
                LeaderSince: leads ? _leaderSince : MonotonicTime.DistantPast,
                ConfirmedUntil: leads && !HasGivenUpPromise ? PromisedUntil() : MonotonicTime.DistantPast,
                confirmedAt,
                BarrierCommitted: leads && _commit >= _barrier)
            {
                FirstIndex = _log.Before.Next,
                SnapshotIndex = SnapshotIndex,
                DurableStandoff = IsStandoffDurable ? _standoff : default,
                IsInStep = _isInStep,
            };
        }
    }

    /// <inheritdoc/>
    public MonotonicTime HeardAt(NodeId node)
    {
        if (_role != LogRole.Leader)
        {
            return MonotonicTime.DistantPast;
        }

        return node == _self ? _now : _peers.Find(node)?.Progress.EchoedAt ?? MonotonicTime.DistantPast;
    }

    /// <inheritdoc/>
    public void Tick(MonotonicTime now)
    {
        Observe(now);
        if (_role == LogRole.Leader)
        {
            TickLeader();
        }
        else
        {
            TickElection();
            TickForwardedReads();
            DropOvertakenTransfer();
        }

        FlushProposals();
    }

    /// <inheritdoc/>
    public void Receive(in RaftMessage message, MonotonicTime now)
    {
        Observe(now);
        if (message.To == _self && message.From != _self && !message.From.IsNone && message.Term <= GreatestTerm)
        {
            HeardOf(message.From);
            Dispatch(message);
        }

        FlushProposals();
    }

    /// <inheritdoc/>
    public void Abdicate(MonotonicTime now)
    {
        Observe(now);
        if (_role == LogRole.Leader)
        {
            BecomeFollower(NodeId.None);
        }
    }

    private bool Breaks(RaftMutations mutation) => (_options.Mutations & mutation) != 0;

    // Time never goes back, even if a caller's reading does.
    private void Observe(MonotonicTime now) => _now = MonotonicTime.Max(_now, now);

    /// <summary>
    /// True when an answer belongs to the current term. A later term in it ends whatever this node is doing: that is how a node
    /// that was cut off and went ahead in terms gets back in (it refuses the leader, the leader gives way, and the next
    /// election is above both).
    /// </summary>
    private bool IsCurrent(Term term)
    {
        if (term > _term)
        {
            AdoptTerm(term, votedFor: NodeId.None);
        }

        return term == _term && _role != LogRole.Follower;
    }

    private void AdoptTerm(Term term, NodeId votedFor)
    {
        Invariant.Check(term > _term, "terms only grow");
        BecomeFollower(NodeId.None);
        _term = term;
        _votedFor = _isNewcomer ? NewcomersMark : votedFor;

        // What this node was about to say in the old term is of no use to anybody now.
        _held.Clear();

        // Whatever was committed is in every later leader's log (leader completeness, Raft §5.4.3).
        _received = _commit;
        _leaderCommit = _commit;
        _session = 0;
        _handovers = 0;
        WriteHardState();
    }

    private void BecomeFollower(NodeId leader)
    {
        if (_role == LogRole.Leader)
        {
            // What was proposed is in the log, so whoever leads next finds it here or replaces it.
            WriteProposals();

            // Others were told that nobody else leads before this time, so this vote stays bound until then.
            KeepPromise();
            EndTransfer();
            _peers.Forget(static _ => true);
            ResetElectionTimer();
        }

        if (_role == LogRole.Leader || leader != _leader)
        {
            RefuseReads();
        }

        _goesWithout = NodeId.None;

        _role = LogRole.Follower;
        _leader = leader;
    }

    private void Commit(LogIndex index)
    {
        Invariant.Check(index <= _log.LastIndex, "only entries in the log are committed");
        LogIndex before = _commit;
        while (_commit < index)
        {
            _commit = _commit.Next;
            if (_role == LogRole.Leader)
            {
                _uncommittedBytes -= _log[_commit].Payload.Length;
            }
        }

        Deliver();
        if (_commit > before)
        {
            ConfigurationCommitted(before);
            ForgetStandoffIfOver();
        }
    }

    private void Deliver()
    {
        // What follows a snapshot waits for it.
        while (_restoring is null && _delivered < _commit)
        {
            _delivered = _delivered.Next;
            Effects.Committed.Add(_log[_delivered]);
        }
    }
}
