namespace Cluster.Consensus;

// Read barriers (ReadIndex, thesis §6.4). A leader answers a read with its commit index once a majority, in a joint configuration
// one of each half, has answered heartbeats that were sent after the read came in: then nobody else had been elected by the time
// it came in, and nothing newer had been committed. A follower passes reads on to the leader.
public sealed partial class RaftNode
{
    private const int MaxPendingReads = 100_000;

    private readonly PendingReads _reads = new();
    private readonly ForwardedReads _forwardedReads;

    // The newest stamp a heartbeat carried.
    private MonotonicTime _lastBeatAt = MonotonicTime.DistantPast;

    private bool IsBarrierCommitted => _role == LogRole.Leader && _commit >= _barrier;

    /// <inheritdoc/>
    public bool TryRead(ulong context, MonotonicTime now)
    {
        Observe(now);
        if (_role == LogRole.Leader)
        {
            return _reads.TryAdd(context, _self, MaxPendingReads);
        }

        return !_leader.IsNone && _forwardedReads.TryAdd(context, MaxPendingReads);
    }

    // Has the reads that came in since the last time share one round or one question.
    private void FlushReads()
    {
        if (_role == LogRole.Leader)
        {
            if (_reads.AreWaiting && !_reads.IsRoundOpen && IsBarrierCommitted)
            {
                BroadcastHeartbeats();
                AnswerReads();
            }
        }
        else if (_forwardedReads.AreWaiting && !_forwardedReads.IsAsking)
        {
            _forwardedReads.Ask(_now);
            AskLeader();
        }
    }

    // Every round of heartbeats to everybody serves the reads that wait when it begins.
    private void BeginReadRound()
    {
        if (!_reads.AreWaiting || !IsBarrierCommitted)
        {
            return;
        }

        // An answer to an earlier heartbeat must not be taken for one to these, so their stamp is a later one.
        if (_now <= _lastBeatAt)
        {
            _now = new MonotonicTime(_lastBeatAt.Nanoseconds + 1);
        }

        _reads.BeginRound(_now, _commit);
    }

    private void AnswerReads()
    {
        if (!_reads.IsRoundOpen)
        {
            return;
        }

        MonotonicTime confirmedAt = Breaks(RaftMutations.ReadsWithoutConfirmation) ? _now : ConfirmedAt();
        while (_reads.TryTake(confirmedAt, out PendingRead read))
        {
            if (read.Asker == _self)
            {
                Effects.Reads.Add(new ReadResult(read.Context, read.Index, IsRefused: false));
            }
            else
            {
                Send(RaftMessage.ReadResponse(_self, read.Asker, _term, read.Context, read.Index));
            }
        }
    }

    // Whoever asked may ask the next leader.
    private void RefuseReads()
    {
        while (_reads.TryTakeAny(out PendingRead read))
        {
            if (read.Asker == _self)
            {
                Effects.Reads.Add(new ReadResult(read.Context, LogIndex.Zero, IsRefused: true));
            }
            else
            {
                Send(RaftMessage.ReadRefusal(_self, read.Asker, _term, read.Context));
            }
        }

        _forwardedReads.RefuseAll(Effects.Reads);
    }

    private void TickForwardedReads()
    {
        if (!_forwardedReads.IsAsking)
        {
            return;
        }

        if (_now >= _forwardedReads.AskedAt + _options.ElectionTimeoutMax)
        {
            _forwardedReads.Answer(null, Effects.Reads);
        }
        else if (_now >= _forwardedReads.AskAgainAt)
        {
            AskLeader();
        }
    }

    private void AskLeader()
    {
        _forwardedReads.Sent(again: _now + (2 * _options.HeartbeatInterval));
        Send(RaftMessage.ReadRequest(_self, _leader, _term, _forwardedReads.Number));
    }

    private void OnReadRequest(in RaftMessage request)
    {
        bool isTaken = _role == LogRole.Leader
            && request.Term == _term
            && _reads.TryAdd(request.Context, request.From, MaxPendingReads);
        if (!isTaken)
        {
            Send(RaftMessage.ReadRefusal(_self, request.From, _term, request.Context));
        }
    }

    private void OnReadResponse(in RaftMessage response)
    {
        // A question is asked in one term, and given up when that is over.
        bool isMine = response.Term == _term && response.From == _leader && response.Context == _forwardedReads.Number;
        if (isMine && _forwardedReads.IsAsking)
        {
            _forwardedReads.Answer(response.Rejected ? null : response.Index, Effects.Reads);
        }
    }

    private void OnProposal(in RaftMessage proposal)
    {
        // Not taken when this node does not lead, or too much is uncommitted: whoever proposed brings it again.
        TryPropose(proposal.Data, _now, out _);
    }
}
