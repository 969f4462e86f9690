namespace Cluster.Consensus;

// What has to be on disk before it is told (S7). All writes share one sequence of tickets.
public sealed partial class RaftNode
{
    private readonly HeldMessages _held = new();
    private ulong _lastTicket;
    private ulong _persistedTicket;
    private ulong _hardStateTicket;

    private bool AcknowledgesTooEarly => Breaks(RaftMutations.AcknowledgeBeforePersisted);

    private bool IsHardStateDurable => AcknowledgesTooEarly || _hardStateTicket <= _persistedTicket;

    private LogIndex DurableIndex =>
        AcknowledgesTooEarly || (_role == LogRole.Leader && Breaks(RaftMutations.CountsOwnCopyEarly))
            ? _log.WrittenIndex
            : _log.DurableIndex;

    /// <inheritdoc/>
    public void Persisted(ulong ticket, MonotonicTime now)
    {
        Observe(now);
        Invariant.Check(ticket <= _lastTicket, "only writes that were asked for are reported");
        if (ticket <= _persistedTicket)
        {
            return;
        }

        StandoffPersisted(_persistedTicket, ticket);
        _persistedTicket = ticket;
        _log.Persisted(ticket);
        SnapshotPersisted(ticket);
        _held.Release(ticket, Effects.Messages);
        switch (_role)
        {
            case LogRole.Candidate:
                AskForVotesOnceDurable();
                break;
            case LogRole.Leader:
                AdvanceLeaderCommit();
                break;
        }

        FlushProposals();
    }

    private void WriteHardState()
    {
        _hardStateTicket = ++_lastTicket;
        Effects.Writes.Add(LogWrite.SaveHardState(_hardStateTicket, new HardState(_term, _votedFor, _standoff)));
    }

    /// <summary>Asks for the write of entries that were just received.</summary>
    private void WriteEntries(EntryRange entries)
    {
        ulong ticket = ++_lastTicket;
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            _log.Add(entry);
        }

        _log.Written(ticket, entries.Count);
        Effects.Writes.Add(LogWrite.Append(ticket, entries));
        NoteConfigurations(entries);
    }

    /// <summary>Asks for the write of what was proposed since the last time.</summary>
    private void WriteProposals()
    {
        while (_log.Unwritten is { IsEmpty: false } entries)
        {
            ulong ticket = ++_lastTicket;
            _log.Written(ticket, entries.Count);
            Effects.Writes.Add(LogWrite.Append(ticket, entries));
        }
    }

    private void WriteTruncation(LogIndex from)
    {
        Invariant.Check(
            from > _commit || Breaks(RaftMutations.TruncatesOnStaleAppend), "a committed entry is never removed");
        _log.Truncate(from);
        Effects.Writes.Add(LogWrite.Truncate(++_lastTicket, from));
        if (_configurations.Truncate(from))
        {
            ApplyConfiguration();
        }
    }

    /// <summary>Sends once term and vote are on disk.</summary>
    private void Send(in RaftMessage message) => SendAfter(_hardStateTicket, message);

    /// <summary>Sends once term, vote and the log up to <paramref name="index"/> are on disk.</summary>
    private void SendOnceDurable(LogIndex index, in RaftMessage message) =>
        SendAfter(Math.Max(_hardStateTicket, _log.TicketCovering(index)), message);

    private void SendAfter(ulong ticket, in RaftMessage message)
    {
        if (ticket <= _persistedTicket || AcknowledgesTooEarly)
        {
            Effects.Messages.Add(message);
        }
        else
        {
            _held.Add(ticket, message);
        }
    }
}
