using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

// Elections: patience, pre-vote, votes (Raft §5.2, thesis §4.2.3 and §9.6).
public sealed partial class RaftNode
{
    private readonly Ballot[] _ballots;

    // What this voter promised before is forgotten.
    private readonly MonotonicTime _rememberedSince;

    // Until when this voter has promised to help nobody to be elected.
    private MonotonicTime _quietUntil;
    private MonotonicTime _electionDue;
    private MonotonicTime _askAgainAt;
    private MonotonicTime _askedForVotesAt;
    private bool _hasAskedForVotes;

    private bool IsQuiet => _now < _quietUntil || (_role == LogRole.Leader && _now < ConfirmedAt() + _confirmedSpan);

    /// <summary>
    /// Renews the promise that leadership rests on: no vote for anybody for one minimum election timeout, and no candidacy of
    /// its own, which comes later still.
    /// </summary>
    private void KeepQuiet()
    {
        _quietUntil = MonotonicTime.Max(_quietUntil, _now + _options.ElectionTimeoutMin);
        ResetElectionTimer();
    }

    private void ResetElectionTimer() =>
        _electionDue = _now + _random.Between(_options.ElectionTimeoutMin, _options.ElectionTimeoutMax);

    /// <summary>
    /// After a majority's pre-vote a refusal means that another stands too and the votes are split. There is no leader to be
    /// patient with, so the next round need only be random, not long.
    /// </summary>
    private void RetrySooner()
    {
        TimeSpan spread = _options.ElectionTimeoutMax - _options.ElectionTimeoutMin;
        TimeSpan pause = _options.HeartbeatInterval + _random.Between(TimeSpan.Zero, spread);
        _electionDue = MonotonicTime.Min(_electionDue, _now + pause);
    }

    private void TickElection()
    {
        if (_role == LogRole.Candidate && !_hasAskedForVotes)
        {
            // The candidate's own disk is slow: another term would need another write behind this one, for ever.
            return;
        }

        if (_now >= _electionDue)
        {
            BecomePreCandidate();
        }
        else if (_role != LogRole.Follower && _now >= _askAgainAt && IsHardStateDurable)
        {
            AskMissing();
        }
    }

    private void BecomePreCandidate()
    {
        BecomeFollower(NodeId.None);
        _role = LogRole.PreCandidate;
        ResetElectionTimer();
        StartBallot();
        if (!CountBallots())
        {
            AskMissing();
        }
    }

    private void BecomeCandidate()
    {
        Invariant.Check(_now >= _quietUntil, "a voter that promised patience does not stand for election");
        AdoptTerm(_term.Next, votedFor: _self);
        _role = LogRole.Candidate;
        _hasAskedForVotes = false;
        StartBallot();
        AskForVotesOnceDurable();
    }

    private void AskForVotesOnceDurable()
    {
        if (!_hasAskedForVotes && IsHardStateDurable)
        {
            _hasAskedForVotes = true;
            _askedForVotesAt = _now;
            ResetElectionTimer();
            if (!CountBallots())
            {
                AskMissing();
            }
        }
    }

    private void StartBallot()
    {
        Array.Clear(_ballots);
        _ballots[_selfSlot] = Ballot.Granted;
    }

    // Asks again what was not answered: requests and answers may be lost, and a voter may still have been keeping quiet.
    private void AskMissing()
    {
        _askAgainAt = _now + _options.HeartbeatInterval;
        for (int i = 0; i < _voters.Length; i++)
        {
            if (_ballots[i] == Ballot.Missing)
            {
                Send(_role == LogRole.PreCandidate
                    ? RaftMessage.PreVoteRequest(_self, _voters[i], _term.Next, _log.LastIndex, _log.LastTerm)
                    : RaftMessage.VoteRequest(_self, _voters[i], _term, _log.LastIndex, _log.LastTerm));
            }
        }
    }

    /// <returns>True when the ballot is decided and acted upon.</returns>
    private bool CountBallots()
    {
        switch (Majority.Tally(_ballots))
        {
            case VoteResult.Won when _role == LogRole.PreCandidate:
                BecomeCandidate();
                return true;
            case VoteResult.Won:
                BecomeLeader();
                return true;
            case VoteResult.Lost:
                BecomeFollower(NodeId.None);
                return true;
            default:
                return false;
        }
    }

    private void OnPreVoteRequest(in RaftMessage request)
    {
        if (request.Term <= _term)
        {
            Send(RaftMessage.PreVoteResponse(_self, request.From, _term, granted: false));
        }
        else if (!IsQuiet)
        {
            bool granted = _log.IsUpToDate(request.Index, request.LogTerm);
            Send(RaftMessage.PreVoteResponse(_self, request.From, granted ? request.Term : _term, granted));
        }
    }

    private void OnPreVoteResponse(in RaftMessage response, int slot)
    {
        // A grant carries the term asked about, which is not a term anybody is in yet.
        bool counts = response.Granted
            ? _role == LogRole.PreCandidate && response.Term == _term.Next
            : IsCurrent(response.Term) && _role == LogRole.PreCandidate;
        if (counts)
        {
            _ballots[slot] = response.Granted ? Ballot.Granted : Ballot.Refused;
            CountBallots();
        }
    }

    private void OnVoteRequest(in RaftMessage request)
    {
        if (request.Term < _term)
        {
            Send(RaftMessage.VoteResponse(_self, request.From, _term, granted: false));
            return;
        }

        bool hasForgotten = _now < _rememberedSince + _options.ElectionTimeoutMin;
        if (request.Term == _term && _votedFor == request.From && !hasForgotten)
        {
            // Asked again, because the grant was lost or is still on its way to disk; the promise counts from the first time.
            Send(RaftMessage.VoteResponse(_self, request.From, _term, granted: true));
            return;
        }

        if (IsQuiet)
        {
            // Not even the term is taken over: that is what keeps a node with a broken link from unseating a good leader.
            return;
        }

        bool isFree = request.Term > _term || (_votedFor.IsNone && _leader.IsNone);
        bool granted = isFree && _log.IsUpToDate(request.Index, request.LogTerm);
        if (request.Term > _term)
        {
            AdoptTerm(request.Term, granted ? request.From : NodeId.None);
        }
        else if (granted)
        {
            _votedFor = request.From;
            WriteHardState();
        }

        if (granted)
        {
            BecomeFollower(NodeId.None);
            KeepQuiet();
        }

        Send(RaftMessage.VoteResponse(_self, request.From, _term, granted));
    }

    private void OnVoteResponse(in RaftMessage response, int slot)
    {
        if (!IsCurrent(response.Term))
        {
            return;
        }

        if (_role == LogRole.Candidate)
        {
            if (!response.Granted && _ballots[slot] == Ballot.Missing)
            {
                RetrySooner();
            }

            _ballots[slot] = response.Granted ? Ballot.Granted : Ballot.Refused;
            CountBallots();
        }
        else if (_role == LogRole.Leader && response.Granted)
        {
            // One more voter has promised patience since it was asked.
            _progress[slot].Echoed(_askedForVotesAt);
        }
    }
}
