namespace Cluster.Consensus;

// Following a leader (Raft §5.3).
public sealed partial class RaftNode
{
    // In this term: this log equals the leader's up to here, in memory at least.
    private LogIndex _received;

    // In this term: the greatest session in which the leader spoke to this node.
    private ulong _session;

    // In this term: the greatest commit index the leader told, which may be ahead of what has been received.
    private LogIndex _leaderCommit;

    private void OnHeartbeat(in RaftMessage heartbeat)
    {
        if (!Follow(heartbeat))
        {
            Send(RaftMessage.HeartbeatResponse(_self, heartbeat.From, _term, heartbeat.SentAt, LogIndex.Zero, LogIndex.Zero) with
            {
                Context = NewcomersQuestion,
            });
            return;
        }

        if (!IsOfNewestSession(heartbeat))
        {
            return;
        }

        KnowAbortedTransfers(heartbeat.Handovers);
        TakeLeadersWord(heartbeat);

        // Acknowledged earlier in this term means on disk here and equal to the leader's, even if a restart has forgotten it.
        if (heartbeat.Match <= _log.LastIndex)
        {
            Received(heartbeat.Match);
        }

        AdvanceFollowerCommit(heartbeat.Commit);
        LogIndex durable = _received < DurableIndex ? _received : DurableIndex;
        Send(RaftMessage.HeartbeatResponse(_self, heartbeat.From, _term, heartbeat.SentAt, _received, durable) with
        {
            Session = heartbeat.Session,
            Context = NewcomersQuestion,
            Patience = Patience,
        });
    }

    private void OnAppendRequest(in RaftMessage request)
    {
        if (!IsWellFormed(request))
        {
            return;
        }

        if (!Follow(request))
        {
            Send(RaftMessage.AppendRejection(_self, request.From, _term, request.Index, LogIndex.Zero, Term.Zero));
            return;
        }

        if (!IsOfNewestSession(request))
        {
            return;
        }

        if (request.Index < _log.Before)
        {
            // What was dropped here was committed, so the leader's log holds the same up to the commit index.
            Received(_commit);
            SendOnceDurable(_commit, RaftMessage.AppendResponse(_self, request.From, _term, _commit) with
            {
                Session = request.Session,
            });
            return;
        }

        if (!_log.Matches(request.Index, request.LogTerm))
        {
            LogIndex hint = _log.LastNotAbove(request.Index, request.LogTerm);
            hint = hint < _log.Before ? _log.Before : hint;
            Send(RaftMessage.AppendRejection(_self, request.From, _term, request.Index, hint, _log.TermAt(hint)) with
            {
                Session = request.Session,
            });
            return;
        }

        Store(request.Entries);
        LogIndex last = request.Index + (ulong)request.Entries.Count;
        Received(last);
        AdvanceFollowerCommit(request.Commit);
        SendOnceDurable(last, RaftMessage.AppendResponse(_self, request.From, _term, last) with
        {
            Session = request.Session,
        });
    }

    /// <summary>Follows the sender, unless its term has passed.</summary>
    /// <returns>False when the sender's term has passed; it is to be told so.</returns>
    private bool Follow(in RaftMessage message)
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
    private void Store(EntryRange entries)
    {
        ReadOnlySpan<LogEntry> span = entries.Span;
        if (Breaks(RaftMutations.TruncatesOnStaleAppend) && span.Length > 0 && span[^1].Index < _log.LastIndex)
        {
            WriteTruncation(span[^1].Index.Next);
        }

        int known = 0;
        while (known < span.Length && _log.Matches(span[known].Index, span[known].Term))
        {
            known++;
        }

        if (known == span.Length)
        {
            return;
        }

        if (span[known].Index <= _log.LastIndex)
        {
            Invariant.Check(span[known].Index > _received, "what equals the leader's log is not removed in its term");
            WriteTruncation(span[known].Index);
        }

        WriteEntries(entries.Slice(known, span.Length - known));
    }

    // After this node was removed and added again, what the leader sent before is about a log this node may have lost.
    private bool IsOfNewestSession(in RaftMessage message)
    {
        if (message.Session < _session)
        {
            return false;
        }

        _session = message.Session;
        return true;
    }

    private void Received(LogIndex index) => _received = index > _received ? index : _received;

    private void AdvanceFollowerCommit(LogIndex leaderCommit)
    {
        _leaderCommit = leaderCommit > _leaderCommit ? leaderCommit : _leaderCommit;
        Commit(_leaderCommit < _received ? _leaderCommit : _received);
    }

    private static bool IsWellFormed(in RaftMessage request)
    {
        if (request.Index.Value > ulong.MaxValue / 2)
        {
            return false;
        }

        LogIndex index = request.Index;
        Term term = request.LogTerm;
        foreach (ref readonly LogEntry entry in request.Entries.Span)
        {
            bool isConfiguration = entry.Kind == EntryKind.Configuration;
            if (entry.Index != index.Next || entry.Term < term || entry.Term > request.Term
                || (isConfiguration && !ConfigurationCodec.TryDecode(entry.Payload.Span, out _)))
            {
                return false;
            }

            index = entry.Index;
            term = entry.Term;
        }

        return true;
    }
}
