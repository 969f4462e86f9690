using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

// Leading a term: heartbeats, replication, commitment, check-quorum (Raft §5.3 and §5.4, thesis §6.2 and §6.4).
public sealed partial class RaftNode
{
    private readonly Progress[] _progress;
    private readonly LogIndex[] _indexScratch;
    private readonly MonotonicTime[] _timeScratch;
    private MonotonicTime _leaderSince;
    private MonotonicTime _heartbeatDue;
    private LogIndex _barrier;
    private long _uncommittedBytes;

    /// <inheritdoc/>
    public bool TryPropose(ReadOnlyMemory<byte> payload, MonotonicTime now, out LogIndex index)
    {
        Observe(now);
        index = LogIndex.Zero;
        bool fits = _uncommittedBytes == 0 || _uncommittedBytes + payload.Length <= _options.MaxUncommittedBytes;
        if (_role != LogRole.Leader || !fits)
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

    private void FlushProposals()
    {
        if (_log.WrittenIndex < _log.LastIndex)
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
        for (int i = 0; i < _voters.Length; i++)
        {
            // Who granted has been keeping quiet since it was asked, as if it had answered a heartbeat sent then.
            bool granted = _ballots[i] == Ballot.Granted;
            _progress[i].Reset(_barrier, granted ? _askedForVotesAt : MonotonicTime.DistantPast);
        }

        BroadcastHeartbeats();
        Append(EntryKind.Barrier, ReadOnlyMemory<byte>.Empty);
        FlushProposals();
    }

    private void TickLeader()
    {
        if (_now > ConfirmedAt() + _options.ElectionTimeoutMax)
        {
            // Check-quorum: a majority may follow somebody else by now.
            BecomeFollower(NodeId.None);
        }
        else if (_now >= _heartbeatDue)
        {
            BroadcastHeartbeats();
        }

        TickTransfers();
    }

    private MonotonicTime ConfirmedAt()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _timeScratch[i] = i == _selfSlot ? _now : _progress[i].EchoedAt;
        }

        return Majority.Reached(_timeScratch.AsSpan());
    }

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
        for (int i = 0; i < _voters.Length; i++)
        {
            if (i != _selfSlot)
            {
                SendHeartbeat(i);
            }
        }
    }

    private void SendHeartbeat(int slot)
    {
        _lastBeatAt = _now;
        Send(RaftMessage.Heartbeat(_self, _voters[slot], _term, _now, _commit, _progress[slot].Match));
    }

    private void SendAppends()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            if (i != _selfSlot)
            {
                SendAppends(i);
            }
        }
    }

    private void SendAppends(int slot)
    {
        Progress progress = _progress[slot];
        if (progress.Next <= _log.Before || progress.State == ProgressState.Snapshot)
        {
            SendSnapshot(slot);
            return;
        }

        while (progress.CanSend && progress.Next <= _log.LastIndex && progress.Next > _log.Before)
        {
            LogIndex prev = progress.Next - 1;
            EntryRange entries = _log.Slice(progress.Next, progress.Room, out long bytes);
            progress.Sent(prev + (ulong)entries.Count, bytes, _now);
            Send(RaftMessage.AppendRequest(_self, _voters[slot], _term, prev, _log.TermAt(prev), _commit, entries));
        }
    }

    private void OnAppendResponse(in RaftMessage response, int slot)
    {
        if (!IsCurrent(response.Term) || _role != LogRole.Leader)
        {
            return;
        }

        if (!response.Rejected)
        {
            Acknowledged(response.Index, slot);
        }
        else if (_progress[slot].Rejected(response.Index, _log.LastNotAbove(response.HintIndex, response.HintTerm)))
        {
            SendAppends(slot);
        }
    }

    private void OnHeartbeatResponse(in RaftMessage response, int slot)
    {
        bool isMine = IsCurrent(response.Term) && _role == LogRole.Leader;
        if (!isMine || response.SentAt > _now || response.Received > _log.LastIndex)
        {
            return;
        }

        // The acknowledgement in it makes up for one that was lost; an older answer than the last says nothing about losses.
        Progress progress = _progress[slot];
        bool isNews = progress.Echoed(response.SentAt);
        AnswerReads();
        Acknowledged(response.Match, slot);
        if (isNews && progress.HeardOf(response.Received, 2 * _options.HeartbeatInterval, _now))
        {
            SendAppends(slot);
        }
    }

    private void Acknowledged(LogIndex match, int slot)
    {
        if (match <= _log.LastIndex && _progress[slot].Acknowledged(match, _now))
        {
            if (_progress[slot].State == ProgressState.Snapshot && match >= _log.Before)
            {
                _progress[slot].EndSnapshot();
            }

            AdvanceLeaderCommit();
            SendAppends(slot);
        }
    }

    /// <summary>
    /// Commits what a majority has on disk, this node's copy included only when its own write is reported. Entries of earlier
    /// terms are committed by one of the current term only (Raft §5.4.2).
    /// </summary>
    private void AdvanceLeaderCommit()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            _indexScratch[i] = i == _selfSlot ? DurableIndex : _progress[i].Match;
        }

        LogIndex reached = Majority.Reached(_indexScratch.AsSpan());
        if (reached <= _commit || _log.TermAt(reached) != _term)
        {
            return;
        }

        Commit(reached);
        TellCommit();
    }

    // Followers with entries on the way, or about to be sent, learn it with later ones; the others at once.
    private void TellCommit()
    {
        for (int i = 0; i < _voters.Length; i++)
        {
            if (i != _selfSlot && _progress[i].SentThrough == _log.LastIndex)
            {
                SendHeartbeat(i);
            }
        }
    }
}
