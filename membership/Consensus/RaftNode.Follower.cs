namespace Cluster.Consensus;

// Following a leader (Raft §5.3).
public sealed partial class RaftNode
{
    // In this term: this log equals the leader's up to here, in memory at least.
    private LogIndex _received;

    // In this term: the greatest commit index the leader told, which may be ahead of what has been received.
    private LogIndex _leaderCommit;

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        if (!Follow(heartbeat))
        {
            Send(new HeartbeatResponse(_self, heartbeat.From, _term, heartbeat.SentAt, LogIndex.Zero, LogIndex.Zero));
            return;
        }

        // Acknowledged earlier in this term means on disk here and equal to the leader's, even if a restart has forgotten it.
        if (heartbeat.Match <= _log.LastIndex)
        {
            Received(heartbeat.Match);
        }

        AdvanceFollowerCommit(heartbeat.Commit);
        LogIndex durable = _received < DurableIndex ? _received : DurableIndex;
        Send(new HeartbeatResponse(_self, heartbeat.From, _term, heartbeat.SentAt, _received, durable));
    }

    private void OnAppendRequest(AppendRequest request)
    {
        if (!IsWellFormed(request))
        {
            return;
        }

        if (!Follow(request))
        {
            Send(new AppendResponse(_self, request.From, _term, true, request.PrevIndex, LogIndex.Zero, Term.Zero));
            return;
        }

        if (!_log.Matches(request.PrevIndex, request.PrevTerm))
        {
            LogIndex hint = _log.LastNotAbove(request.PrevIndex, request.PrevTerm);
            Send(new AppendResponse(_self, request.From, _term, true, request.PrevIndex, hint, _log.TermAt(hint)));
            return;
        }

        Store(request.Entries);
        LogIndex last = request.PrevIndex + (ulong)request.Entries.Count;
        Received(last);
        AdvanceFollowerCommit(request.Commit);
        SendOnceDurable(last, new AppendResponse(_self, request.From, _term, false, last, LogIndex.Zero, Term.Zero));
    }

    /// <summary>Follows the sender, unless its term has passed.</summary>
    /// <returns>False when the sender's term has passed; it is to be told so.</returns>
    private bool Follow(RaftMessage message)
    {
        if (message.Term < _term)
        {
            return false;
        }

        if (message.Term > _term)
        {
            AdoptTerm(message.Term, votedFor: NodeId.None);
        }

        Invariant.Check(_role != LogRole.Leader, "two leaders in one term");
        Invariant.Check(_leader.IsNone || _leader == message.From, "two leaders in one term");
        BecomeFollower(message.From);
        KeepQuiet();
        return true;
    }

    // Skips what is here already; from the first entry that differs on, the leader's log replaces this one.
    private void Store(IReadOnlyList<LogEntry> entries)
    {
        int known = 0;
        while (known < entries.Count && _log.Matches(entries[known].Index, entries[known].Term))
        {
            known++;
        }

        if (known == entries.Count)
        {
            return;
        }

        if (entries[known].Index <= _log.LastIndex)
        {
            Invariant.Check(entries[known].Index > _received, "what equals the leader's log is not removed in its term");
            WriteTruncation(entries[known].Index);
        }

        var fresh = new LogEntry[entries.Count - known];
        for (int i = 0; i < fresh.Length; i++)
        {
            fresh[i] = entries[known + i];
        }

        WriteEntries(fresh);
    }

    private void Received(LogIndex index) => _received = index > _received ? index : _received;

    private void AdvanceFollowerCommit(LogIndex leaderCommit)
    {
        _leaderCommit = leaderCommit > _leaderCommit ? leaderCommit : _leaderCommit;
        Commit(_leaderCommit < _received ? _leaderCommit : _received);
    }

    private static bool IsWellFormed(AppendRequest request)
    {
        if (request.PrevIndex.Value > ulong.MaxValue / 2)
        {
            return false;
        }

        LogIndex index = request.PrevIndex;
        Term term = request.PrevTerm;
        for (int i = 0; i < request.Entries.Count; i++)
        {
            LogEntry entry = request.Entries[i];
            if (entry.Index != index.Next || entry.Term < term || entry.Term > request.Term)
            {
                return false;
            }

            index = entry.Index;
            term = entry.Term;
        }

        return true;
    }
}
