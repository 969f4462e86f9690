using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

// Elections: patience, pre-vote, votes (Raft §5.2, thesis §4.2.3 and §9.6).
public sealed partial class RaftNode
{
    // What this voter promised before is forgotten.
    private readonly MonotonicTime _rememberedSince;

    // Until when this voter has promised to help nobody to be elected.
    private MonotonicTime _quietUntil;
    private MonotonicTime _electionDue;
    private MonotonicTime _askAgainAt;
    private MonotonicTime _askedForVotesAt;
    private bool _hasAskedForVotes;

    private bool IsQuiet =>
        (_now < _quietUntil || (_role == LogRole.Leader && _now < PromisedUntil()))
        && !Breaks(RaftMutations.VotesWhileHearingLeader);


    // A voter that restarts has forgotten what it promised; it keeps quiet as long as any promise can last.
    private bool HasForgotten =>
        _now < _rememberedSince + _abstention && !Breaks(RaftMutations.VotesRightAfterRestart);

    // A voter that is on its way out is needed until that is committed: perhaps only those that go hold the entry that removes them
    // (thesis §4.2.2). It counts the new voters' ballots, not its own.
    private bool MayStand =>
        !_isNewcomer && (_peers.Electorate.HasSelf || _configurations.At(_commit).IsVoter(_self));

    /// <summary>
    /// Renews the promise that leadership rests on: no vote for anybody for one minimum election timeout, and no candidacy of
    /// its own, which comes later still.
    /// </summary>
    private void KeepQuiet()
    {
        bool forgets = _now == _rememberedSince && Breaks(RaftMutations.VotesRightAfterRestart);
        if (!forgets && !Breaks(RaftMutations.VotesWhileHearingLeader))
        {
            TimeSpan patience = _now == _rememberedSince ? _abstention : _options.ElectionTimeoutMin;
            _quietUntil = MonotonicTime.Max(_quietUntil, _now + patience);
        }

        ResetElectionTimer();
    }

    // While it has promised more than its patience of now, it does not stand either; the random part comes on top, or several whose long
    // promise ends at once would stand together.
    private void ResetElectionTimer() => _electionDue = MonotonicTime.Max(_quietUntil, _now + _options.ElectionTimeoutMin)
        + _random.Between(TimeSpan.Zero, _options.ElectionTimeoutMax - _options.ElectionTimeoutMin);

    /// <summary>
    /// After a majority's pre-vote a refusal means that another stands too and the votes are split. There is no leader to be
    /// patient with, so the next round need only be random, not long.
    /// </summary>
    private void RetrySooner()
    {
        TimeSpan spread = _options.ElectionTimeoutMax - _options.ElectionTimeoutMin;
        TimeSpan pause = _options.HeartbeatInterval + _random.Between(TimeSpan.Zero, spread);

        // A successor stands in spite of its own patience, but only when it is asked to: by itself it goes on being patient.
        _electionDue = MonotonicTime.Min(_electionDue, MonotonicTime.Max(_quietUntil, _now + pause));
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
            Stand();
        }
        else if (_role != LogRole.Follower && _now >= _askAgainAt && IsHardStateDurable)
        {
            AskMissing();
        }
    }

    private void Stand()
    {
        if (!MayStand)
        {
            // No voter, or none any more: it waits for a leader.
            BecomeFollower(NodeId.None);
            ResetElectionTimer();
        }
        else if (Breaks(RaftMutations.SkipsPreVote))
        {
            BecomeCandidate();
        }
        else
        {
            BecomePreCandidate();
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

    private void BecomeCandidate(bool isSuccessor = false)
    {
        Invariant.Check(
            isSuccessor || _now >= _quietUntil, "a voter that promised patience stands for election only when it is asked to");
        AdoptTerm(_term.Next, votedFor: _self);
        _role = LogRole.Candidate;
        _isSuccessor = isSuccessor;
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
            if (!_goesWithout.IsNone)
            {
                LeadAlone();
            }
            else if (!CountBallots())
            {
                AskMissing();
            }
        }
    }

    private void StartBallot()
    {
        foreach (Peer peer in _peers.All)
        {
            peer.Ballot = Ballot.Missing;
        }
    }

    // Asks again what was not answered: requests and answers may be lost, and a voter may still have been keeping quiet.
    private void AskMissing()
    {
        _askAgainAt = _now + _options.HeartbeatInterval;
        foreach (Peer peer in _peers.All)
        {
            if (peer.Ballot == Ballot.Missing && _peers.Electorate.Has(peer))
            {
                Send(_role == LogRole.PreCandidate
                    ? RaftMessage.PreVoteRequest(_self, peer.Id, _term.Next, _log.LastIndex, _log.LastTerm)
                    : AskForVote(peer.Id));
            }
        }
    }

    /// <returns>True when the ballot is decided and acted upon.</returns>
    private bool CountBallots()
    {
        switch (_peers.Electorate.Tally())
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
        if (TellsOfRemoval(request.From) || _isNewcomer)
        {
            return;
        }

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

    private void OnPreVoteResponse(in RaftMessage response, Peer peer)
    {
        // A grant carries the term asked about, which is not a term anybody is in yet.
        bool counts = response.Granted
            ? _role == LogRole.PreCandidate && response.Term == _term.Next
            : IsCurrent(response.Term) && _role == LogRole.PreCandidate;
        if (counts)
        {
            peer.Ballot = response.Granted ? Ballot.Granted : Ballot.Refused;
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

        if (_isNewcomer)
        {
            return;
        }

        if (request.Term == _term && _votedFor == request.From && !HasForgotten)
        {
            // Asked again, because the grant was lost or is still on its way to disk; the promise counts from the first time.
            Send(RaftMessage.VoteResponse(_self, request.From, _term, granted: true) with { Patience = _votePatience });
            return;
        }

        if (IsQuiet && !IsHandedOver(request))
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
            _votePatience = Patience;
        }

        Send(RaftMessage.VoteResponse(_self, request.From, _term, granted) with { Patience = granted ? Patience : TimeSpan.Zero });
    }

    private void OnVoteResponse(in RaftMessage response, Peer peer)
    {
        if (!IsCurrent(response.Term))
        {
            return;
        }

        if (_role == LogRole.Candidate)
        {
            if (!response.Granted && peer.Ballot == Ballot.Missing)
            {
                RetrySooner();
            }

            peer.Ballot = response.Granted ? Ballot.Granted : Ballot.Refused;
            peer.VotePatience = response.Patience;
            CountBallots();
        }
        else if (_role == LogRole.Leader && response.Granted && peer.Session == 0)
        {
            // One more voter has promised patience since it was asked.
            peer.Progress.Echoed(_askedForVotesAt);
            Promised(peer, _askedForVotesAt, response.Patience);
        }
    }
}
