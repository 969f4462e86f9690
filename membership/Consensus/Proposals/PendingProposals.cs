namespace Cluster.Consensus;

/// <summary>
/// Proposals made on this node that are not decided yet. Each is brought to the leader again and again, with growing pauses, until
/// it is seen applied here; the state machine's <see cref="DuplicateFilter{TOutcome}"/> sees to it that it has its effect once.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="log">The engine.</param>
/// <param name="firstPause">How long an answer is waited for before a proposal is sent to the same leader again; doubles each time up to
/// <see cref="LongestPause"/>.</param>
/// <typeparam name="TTag">What the owner keeps with a proposal.</typeparam>
public sealed class PendingProposals<TTag>(NodeId self, IReplicatedLog log, TimeSpan firstPause)
{
    /// <summary>The longest pause between two sendings to the same leader.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly List<Pending> _pending = [];

    // Nothing is due before this time while role, term and leader stay as they were.
    private MonotonicTime _due = MonotonicTime.DistantPast;
    private LogRole _role;
    private Term _term;
    private NodeId _leader;

    /// <summary>How many are not decided.</summary>
    public int Count => _pending.Count;

    /// <summary>The numbers of those that are not decided: what to look up in a state that was restored from a snapshot.</summary>
    public IReadOnlyList<ulong> Sequences() => _pending.ConvertAll(pending => pending.Sequence);

    /// <summary>Takes a proposal; <see cref="Tick"/> brings it to the leader.</summary>
    /// <param name="sequence">Its number, greater than all before it.</param>
    /// <param name="payload">The command, which names session and number; must not change afterwards.</param>
    /// <param name="tag">What comes back with <see cref="TryComplete"/>.</param>
    public void Add(ulong sequence, ReadOnlyMemory<byte> payload, TTag tag)
    {
        _pending.Add(new Pending(sequence, payload, tag));
        _due = MonotonicTime.DistantPast;
    }

    /// <summary>Takes a proposal off the list when it is seen applied.</summary>
    /// <returns>False when it was not on it.</returns>
    public bool TryComplete(ulong sequence, out TTag? tag)
    {
        int i = Find(sequence);
        tag = i < 0 ? default : _pending[i].Tag;
        if (i >= 0)
        {
            _pending.RemoveAt(i);
        }

        return i >= 0;
    }

    /// <summary>Stops bringing a proposal to the leader; it may still be committed.</summary>
    public void Forget(ulong sequence)
    {
        if (Find(sequence) is >= 0 and var i)
        {
            _pending.RemoveAt(i);
        }
    }

    /// <summary>
    /// Proposes on the leader what is not in its log yet, and sends to it from elsewhere what is due. To be called after every input; costs
    /// nothing while nothing is due.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="messages">Where messages to the leader go.</param>
    public void Tick(MonotonicTime now, List<RaftMessage> messages)
    {
        ReplicatedLogStatus status = log.Status;
        bool isSame = status.Role == _role && status.Term == _term && status.Leader == _leader;
        if (_pending.Count == 0 || (isSame && now < _due))
        {
            return;
        }

        (_role, _term, _leader) = (status.Role, status.Term, status.Leader);
        _due = now + LongestPause;
        foreach (Pending pending in _pending)
        {
            if (status.IsLeader)
            {
                Propose(pending, status.Term, now);
            }
            else if (!status.Leader.IsNone)
            {
                Send(pending, status.Leader, now, messages);
            }
        }
    }

    private int Find(ulong sequence)
    {
        // Mostly the oldest is decided first.
        for (int i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].Sequence == sequence)
            {
                return i;
            }
        }

        return -1;
    }

    private void Propose(Pending pending, Term term, MonotonicTime now)
    {
        // Once in the log of this term it stays there; only a later leader could lose it.
        if (pending.ProposedIn == term)
        {
            return;
        }

        if (log.TryPropose(pending.Payload, now, out _))
        {
            pending.ProposedIn = term;
        }
        else
        {
            // Too much is uncommitted: again with the next input.
            _due = now;
        }
    }

    private void Send(Pending pending, NodeId leader, MonotonicTime now, List<RaftMessage> messages)
    {
        if (pending.SentTo != leader || now >= pending.SendAgainAt)
        {
            messages.Add(RaftMessage.Proposal(self, leader, pending.Payload));
            pending.SentTo = leader;
            pending.ProposedIn = Term.Zero;
            pending.Pause = pending.Pause == TimeSpan.Zero ? firstPause : 2 * pending.Pause;
            pending.Pause = pending.Pause > LongestPause ? LongestPause : pending.Pause;
            pending.SendAgainAt = now + pending.Pause;
        }

        _due = MonotonicTime.Min(_due, pending.SendAgainAt);
    }

    private sealed class Pending(ulong sequence, ReadOnlyMemory<byte> payload, TTag tag)
    {
        public ulong Sequence { get; } = sequence;

        public ReadOnlyMemory<byte> Payload { get; } = payload;

        public TTag Tag { get; } = tag;

        public Term ProposedIn { get; set; }

        public NodeId SentTo { get; set; }

        public TimeSpan Pause { get; set; }

        public MonotonicTime SendAgainAt { get; set; }
    }
}
