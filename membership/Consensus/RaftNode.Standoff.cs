namespace Cluster.Consensus;

/*
Two voters need each other for everything. When one is gone for good the other may go on alone: it takes a new term, votes for itself,
and its first entry there is a configuration in which it is the only voter and the other a learner. Why nothing is lost, and there are never
two leaders (S1, election safety, S2); A goes alone, B was stopped:

1. A holds everything that is committed. In A's log the newest configuration is final and has the voters A and B, and B's votes are no majority. A
   final one stands in a log only after the joint one before it was committed (RaftNode.Configuration.cs), by a majority of each half, so what
   older configurations committed is before it in A's log. Since then every commit needed A's own copy, on disk.
2. That holds unless B went alone before, against a former life of A, which B had stopped. So A must have been in step in this life of its process:
   it was elected by others' votes (or its own alone, in a configuration of one), or a leader returned the number that A drew for this life after A
   held that leader's newest configuration. A leader that is alone does that only once A holds the configuration in which A is a learner. After that
   moment B can go alone only if A is stopped, and then this life of A is over. A restarted node is therefore not in step until it meets the
   other: it never goes alone from boot.
3. B can't lead, nor can anybody else. B's own way alone is closed by 2, because A was not stopped. Any election needs A's vote: by the
   configuration of two, and by every older one because A's log is further than that of whoever goes by it, and B no longer votes. Should B be
   running again when A goes alone (it was switched off and on), it needs A's vote all the same, and is not in step before it meets A.
4. What A heard of B must not be newer than the proof that B was stopped: A's intent has to be noted, on disk, and nothing of B may have arrived
   since. The owner vouches that B was stopped after the note; a B that is heard again makes the vouching void.
5. A keeps its patience: it stands only when what it promised B has run out. Others may still count on what B told in that time.
6. The term is new, and A's vote in it is on disk before A leads. B led no later term than A's: that took A's vote.
*/
public sealed partial class RaftNode
{
    private Standoff _standoff;
    private ulong _standoffTicket;

    // Nothing has arrived from the peer since the intent, noted in this life, was on disk.
    private bool _isStandoffQuiet;

    // In this life this node was shown to hold everything that was committed at that time.
    private bool _isInStep;

    // On a candidate: the peer without whose vote it goes on.
    private NodeId _goesWithout;

    private bool IsStandoffDurable => !_standoff.IsNone && _standoffTicket <= _persistedTicket;

    private bool IsOneOfTwo => !Configuration.IsJoint && Configuration.Voters.Length == 2 && Configuration.IsVoter(_self);

    /// <inheritdoc/>
    public void NoteStandoff(Standoff standoff, MonotonicTime now)
    {
        Observe(now);
        if (standoff != _standoff || !standoff.IsNone)
        {
            WriteStandoff(standoff);
        }
    }

    /// <inheritdoc/>
    public bool TryGoAlone(NodeId stopped, MonotonicTime now, out string refusal)
    {
        Observe(now);
        bool isOnItsWay = _role == LogRole.Candidate && _goesWithout == stopped && !stopped.IsNone;
        string? problem = isOnItsWay ? null : WhyNotAlone(stopped);
        refusal = problem is null ? "" : $"going on without {stopped} was refused: {problem}";
        if (problem is null && !isOnItsWay)
        {
            AdoptTerm(_term.Next, votedFor: _self);
            _role = LogRole.Candidate;
            _isSuccessor = false;
            _hasAskedForVotes = false;
            _goesWithout = stopped;
            AskForVotesOnceDurable();
            FlushProposals();
        }

        return problem is null;
    }

    private string? WhyNotAlone(NodeId stopped)
    {
        if (_isNewcomer || !IsOneOfTwo || stopped == _self || !Configuration.IsVoter(stopped))
        {
            return $"only one of exactly two voters can go on without the other, and not during a change ({Configuration} at {ConfigurationIndex})";
        }

        if (Configuration.IsDecidedBy(node => node == stopped))
        {
            return $"{stopped} has the majority of the votes by itself ({Configuration}), so it may have decided what is not known here: bring it back";
        }

        if (!_isInStep && !Breaks(RaftMutations.GoesAloneOutOfStep))
        {
            return $"this node has not been in step with {stopped} since it started, so {stopped} may have gone on without it: wait until they meet";
        }

        if (_standoff.Peer != stopped || !IsStandoffDurable)
        {
            return $"the intent is not on disk (the standoff noted is {_standoff}): note it, wait until it is durable, and have {stopped} stopped after that";
        }

        if (!_isStandoffQuiet)
        {
            return $"{stopped} has been heard since attempt {_standoff.Attempt} was noted: note another one, and have {stopped} stopped after that";
        }

        return IsQuiet && !Breaks(RaftMutations.GoesAloneImpatiently)
            ? $"it has promised to help nobody to lead yet: try again in {(MonotonicTime.Max(_quietUntil, PromiseAsLeader()) - _now).TotalMilliseconds:F0} ms"
            : null;
    }

    private MonotonicTime PromiseAsLeader() => _role == LogRole.Leader ? PromisedUntil() : MonotonicTime.DistantPast;

    // The vote is on disk: the candidate leads without the other, unless that has been heard meanwhile.
    private void LeadAlone()
    {
        if (WhyNotAlone(_goesWithout) is null)
        {
            BecomeLeader();
        }
        else
        {
            BecomeFollower(NodeId.None);
        }
    }

    // The first entry of the term in which this node goes alone. As every first entry it decides what earlier leaders left.
    private void AppendAlone()
    {
        var votes = new SortedDictionary<NodeId, int> { [_self] = Configuration.VotesOf(_self) };
        AppendConfiguration(new ClusterConfiguration([_self], learners: [.. Configuration.Learners, _goesWithout], votes: votes));
    }

    private void StandoffPersisted(ulong before, ulong ticket) =>
        _isStandoffQuiet |= !_standoff.IsNone && _standoffTicket > before && _standoffTicket <= ticket;

    private void HeardOf(NodeId node) => _isStandoffQuiet &= node != _standoff.Peer;

    // The commit index has moved: what the note was for is over once the peer has no vote any more.
    private void ForgetStandoffIfOver()
    {
        if (!_standoff.IsNone && ConfigurationIndex <= _commit && !Configuration.IsVoter(_standoff.Peer))
        {
            WriteStandoff(default);
        }
    }

    // No message waits for this write: it says nothing to the others.
    private void WriteStandoff(Standoff standoff)
    {
        _standoff = standoff;
        _isStandoffQuiet = false;
        _standoffTicket = ++_lastTicket;
        Effects.Writes.Add(LogWrite.SaveHardState(_standoffTicket, new HardState(_term, _votedFor, _standoff)));
    }
}
