namespace Cluster.Consensus;

/// <summary>
/// Remembers what became of each session's newest proposals, so that one that stands in the log twice (its first sending seemed
/// lost) has its effect once (thesis §6.3). It is part of the replicated state: filled by the same entries in the same order it is
/// the same on every node, and it belongs in the state's snapshot.
/// </summary>
/// <remarks>
/// Bounded, and safe at the bounds: a sequence number that lies <see cref="SequencesPerSession"/> or more below its session's
/// greatest is <see cref="ProposalVerdict.Forgotten"/>, applied or not; so a proposer keeps fewer than that under way. Each
/// node's <see cref="SessionsPerNode"/> newest sessions are kept; a proposal of an older one would count as new, so a session
/// must not be resent after that many lives of its node's process.
/// </remarks>
/// <typeparam name="TOutcome">What the state machine answers.</typeparam>
public sealed class DuplicateFilter<TOutcome>
{
    /// <summary>How far back a session's outcomes are remembered.</summary>
    public const int SequencesPerSession = 1024;

    /// <summary>How many sessions of a node are remembered.</summary>
    public const int SessionsPerNode = 16;

    private readonly SortedDictionary<NodeId, List<Past>> _nodes = [];
    private readonly bool _forgetsEverything;

    /// <summary>Makes an empty filter.</summary>
    /// <param name="mutations">Promises to break, for the simulator's canaries only.</param>
    public DuplicateFilter(RaftMutations mutations = RaftMutations.None) =>
        _forgetsEverything = (mutations & RaftMutations.AppliesDuplicates) != 0;

    /// <summary>Judges a committed proposal.</summary>
    /// <param name="session">Who proposed it.</param>
    /// <param name="sequence">Its number in the session; numbers grow.</param>
    /// <param name="outcome">The outcome when it is known.</param>
    public ProposalVerdict Judge(ProposalSession session, ulong sequence, out TOutcome? outcome)
    {
        Past? past = _forgetsEverything ? null : Find(session);
        if (past is not null && past.Outcomes.TryGetValue(sequence, out outcome))
        {
            return ProposalVerdict.Known;
        }

        outcome = default;
        return past is not null && sequence <= past.Floor ? ProposalVerdict.Forgotten : ProposalVerdict.New;
    }

    /// <summary>Remembers the outcome of a proposal that was judged <see cref="ProposalVerdict.New"/> and applied.</summary>
    public void Remember(ProposalSession session, ulong sequence, TOutcome outcome)
    {
        Past past = Find(session) ?? Begin(session, sequence);
        past.Raise(sequence);
        past.Outcomes[sequence] = outcome;
    }

    /// <summary>Everything it remembers, in an order that gives the same filter when handed to <see cref="Restore"/>.</summary>
    public IReadOnlyList<RememberedOutcome<TOutcome>> Export()
    {
        List<RememberedOutcome<TOutcome>> all = [];
        foreach (List<Past> sessions in _nodes.Values)
        {
            foreach (Past past in sessions)
            {
                past.Export(all);
            }
        }

        return all;
    }

    /// <summary>Replaces what it remembers by what another one exported.</summary>
    public void Restore(IReadOnlyList<RememberedOutcome<TOutcome>> remembered)
    {
        _nodes.Clear();
        foreach (RememberedOutcome<TOutcome> one in remembered)
        {
            Remember(one.Session, one.Sequence, one.Outcome);
        }
    }

    private Past? Find(ProposalSession session)
    {
        if (_nodes.TryGetValue(session.Node, out List<Past>? sessions))
        {
            // The present life is the newest.
            for (int i = sessions.Count - 1; i >= 0; i--)
            {
                if (sessions[i].Session == session)
                {
                    return sessions[i];
                }
            }
        }

        return null;
    }

    private Past Begin(ProposalSession session, ulong sequence)
    {
        if (!_nodes.TryGetValue(session.Node, out List<Past>? sessions))
        {
            sessions = [];
            _nodes.Add(session.Node, sessions);
        }

        if (sessions.Count == SessionsPerNode)
        {
            sessions.RemoveAt(0);
        }

        var past = new Past(session, sequence);
        sessions.Add(past);
        return past;
    }

    private sealed class Past(ProposalSession session, ulong first)
    {
        private ulong _greatest = first;

        public ProposalSession Session { get; } = session;

        public Dictionary<ulong, TOutcome> Outcomes { get; } = [];

        /// <summary>Everything up to here is forgotten.</summary>
        public ulong Floor => _greatest < SequencesPerSession ? 0 : _greatest - SequencesPerSession;

        public void Raise(ulong sequence)
        {
            if (sequence <= _greatest)
            {
                return;
            }

            ulong oldFloor = Floor;
            _greatest = sequence;
            if (Floor - oldFloor >= SequencesPerSession)
            {
                Outcomes.Clear();
                return;
            }

            for (ulong forgotten = oldFloor + 1; forgotten <= Floor; forgotten++)
            {
                Outcomes.Remove(forgotten);
            }
        }

        public void Export(List<RememberedOutcome<TOutcome>> all)
        {
            for (ulong sequence = Floor + 1; sequence <= _greatest && sequence > Floor; sequence++)
            {
                if (Outcomes.TryGetValue(sequence, out TOutcome? outcome))
                {
                    all.Add(new RememberedOutcome<TOutcome>(Session, sequence, outcome));
                }
            }
        }
    }
}
