using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

// Leading a term: proposals, heartbeats, commitment, check-quorum (Raft §5.3 and §5.4, thesis §6.2 and §6.4).
public sealed partial class RaftNode
{
    private MonotonicTime _leaderSince;
    private MonotonicTime _heartbeatDue;
    private LogIndex _barrier;
    private long _uncommittedBytes;
    private MonotonicTime _noticeDue = MonotonicTime.DistantFuture;

    // Of the peers that came in during this term of leadership; those it began with have session 0.
    private ulong _lastSession;

    /// <inheritdoc/>
    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        Observe(now);
        index = LogIndex.Zero;
        bool fits = _uncommittedBytes == 0 || _uncommittedBytes + payload.Length <= _options.MaxUncommittedBytes;
        if (_role != LogRole.Leader || !fits || IsClosedForHandover)
        {
            return false;
        }

        index = Append(EntryKind.Command, payload);
        return true;
    }

    /// <inheritdoc/>
    public void Flush(MonotonicTime now)
    {
        Observe(now);
        FlushProposals();
    }

    /// <inheritdoc/>
    public MonotonicTime TickDue => _role == LogRole.Leader ? _noticeDue : MonotonicTime.DistantFuture;

    private void FlushProposals()
    {
        // What is committed may end a change of the configuration, which appends again.
        while (_log.WrittenIndex < _log.LastIndex)
        {
            WriteProposals();
            AdvanceLeaderCommit();
            SendAppends();
        }

        FlushReads();
    }

    private void BecomeLeader()
    {
        Invariant.Check(_role == LogRole.Candidate, "only a candidate is elected");
        _role = LogRole.Leader;
        _leader = _self;
        _leaderSince = _now;
        _uncommittedBytes = 0;
        for (LogIndex i = _commit.Next; i <= _log.LastIndex; i = i.Next)
        {
            _uncommittedBytes += _log[i].Payload.Length;
        }

        _barrier = _log.LastIndex.Next;
        _lastSession = 0;
        _changeIndex = ConfigurationIndex;
        _handovers = 0;
        _promiseFloor = MonotonicTime.DistantPast;
        _noticeDue = MonotonicTime.DistantFuture;
        foreach (Peer peer in _peers.All)
        {
            // Who granted has been keeping quiet since it was asked, as if it had answered a heartbeat sent then.
            peer.Session = 0;
            peer.Newcomer = 0;
            peer.IsSettled = false;
            peer.Progress.Reset(_barrier);
            if (peer.Ballot == Ballot.Granted)
            {
                peer.Progress.Echoed(_askedForVotesAt);
                Promised(peer, _askedForVotesAt, peer.VotePatience);
            }
        }

        BroadcastHeartbeats();
        if (_goesWithout.IsNone)
        {
            // Whoever is elected holds everything that was committed (leader completeness, Raft §5.4.3).
            _isInStep = true;
            Append(EntryKind.Barrier, ReadOnlyMemory<byte>.Empty);
        }
        else
        {
            AppendAlone();
        }

        FlushProposals();
    }

    private void TickLeader()
    {
        if (_now > ConfirmedAt() + _options.ElectionTimeoutMax && !Breaks(RaftMutations.LeadsWithoutQuorum))
        {
            // Check-quorum: a majority may follow somebody else by now.
            BecomeFollower(NodeId.None);
            return;
        }

        if (_now >= _heartbeatDue)
        {
            BroadcastHeartbeats();
        }

        if (_now >= _noticeDue)
        {
            TellCommitNow();
        }

        AdvanceHandover();
        LeaveJointConfiguration();
        ForgetRemoved();
        TickTransfers();
    }

    /// <summary>The newest moment as of which a majority, in a joint configuration one of each half, followed this leader.</summary>
    private MonotonicTime ConfirmedAt() => _peers.Electorate.Echoed(_now);

    private LogIndex Append(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        LogIndex index = _log.LastIndex.Next;
        _log.Add(new LogEntry(index, _term, kind, payload));
        _uncommittedBytes += payload.Length;
        return index;
    }

    private void BroadcastHeartbeats()
    {
        BeginReadRound();
        _heartbeatDue = _now + _options.HeartbeatInterval;
        foreach (Peer peer in _peers.All)
        {
            SendHeartbeat(peer);
        }
    }

    private void SendHeartbeat(Peer peer)
    {
        _lastBeatAt = _now;
        peer.Told = _commit;
        Send(RaftMessage.Heartbeat(_self, peer.Id, _term, _now, _commit, peer.Progress.Match) with
        {
            Session = peer.Session,
            Handovers = _handovers,
            Context = WordFor(peer),
        });
    }

    private void OnHeartbeatResponse(in RaftMessage response, Peer peer)
    {
        bool isMine = IsCurrent(response.Term) && _role == LogRole.Leader;
        if (!isMine || response.SentAt > _now || response.Received > _log.LastIndex)
        {
            return;
        }

        // The acknowledgement in it makes up for one that was lost; an older answer than the last says nothing about losses.
        Progress progress = peer.Progress;
        peer.Newcomer = response.Context;
        peer.IsSettled = response.Context == 0;
        MonotonicTime stamp = Breaks(RaftMutations.CountsPromisesFromArrival) ? _now : response.SentAt;
        bool isNews = progress.Echoed(stamp);
        Promised(peer, stamp, response.Patience);
        AnswerReads();
        Acknowledged(response.Match, peer);
        LeaveJointConfiguration();
        if (isNews && progress.HeardOf(response.Received, 2 * _options.HeartbeatInterval, _now))
        {
            SendAppends(peer);
        }
    }

    /// <summary>
    /// Commits what a majority has on disk, this node's copy included only when its own write is reported. Entries of earlier
    /// terms are committed by one of the current term only (Raft §5.4.2).
    /// </summary>
    private void AdvanceLeaderCommit()
    {
        LogIndex reached = _peers.Electorate.Matched(DurableIndex);
        if (reached <= _commit
            || (_log.TermAt(reached) != _term && !Breaks(RaftMutations.CommitsOlderTermsByCount)))
        {
            return;
        }

        Commit(reached);
        TellCommit();
    }

    private void TellCommit()
    {
        if (_options.CommitNoticeDelay == TimeSpan.Zero)
        {
            TellCommitNow();
        }
        else if (_noticeDue == MonotonicTime.DistantFuture)
        {
            _noticeDue = _now + _options.CommitNoticeDelay;
        }
    }

    // Followers with entries about to be sent learn it with those.
    private void TellCommitNow()
    {
        _noticeDue = MonotonicTime.DistantFuture;
        foreach (Peer peer in _peers.All)
        {
            if (peer.Told < _commit && peer.Progress.SentThrough == _log.LastIndex)
            {
                SendHeartbeat(peer);
            }
        }
    }
}
