namespace Cluster.Consensus;

// What has to be on disk before it is told (S7). All writes share one sequence of tickets.
public sealed partial class RaftNode
{
    private readonly HeldMessages _held = new();
    private ulong _lastTicket;
    private ulong _persistedTicket;
    private ulong _hardStateTicket;

    private bool AcknowledgesTooEarly => (_options.Mutations & RaftMutations.AcknowledgeBeforePersisted) != 0;

    private bool IsHardStateDurable => AcknowledgesTooEarly || _hardStateTicket <= _persistedTicket;

    private LogIndex DurableIndex => AcknowledgesTooEarly ? _log.LastIndex : _log.DurableIndex;

    /// <inheritdoc/>
    public void Persisted(ulong ticket, MonotonicTime now)
    {
        Observe(now);
        Invariant.Check(ticket <= _lastTicket, "only writes that were asked for are reported");
        if (ticket <= _persistedTicket)
        {
            return;
        }

        _persistedTicket = ticket;
        _log.Persisted(ticket);
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
    }

    private void WriteHardState()
    {
        _hardStateTicket = ++_lastTicket;
        Effects.Writes.Add(new LogWrite.SaveHardState(_hardStateTicket, new HardState(_term, _votedFor)));
    }

    private void WriteEntries(LogEntry[] entries)
    {
        ulong ticket = ++_lastTicket;
        _log.Append(ticket, entries);
        Effects.Writes.Add(new LogWrite.Append(ticket, entries));
    }

    private void WriteTruncation(LogIndex from)
    {
        Invariant.Check(from > _commit, "a committed entry is never removed");
        _log.Truncate(from);
        Effects.Writes.Add(new LogWrite.Truncate(++_lastTicket, from));
    }

    /// <summary>Sends once term and vote are on disk.</summary>
    private void Send(RaftMessage message) => SendAfter(_hardStateTicket, message);

    /// <summary>Sends once term, vote and the log up to <paramref name="index"/> are on disk.</summary>
    private void SendOnceDurable(LogIndex index, RaftMessage message) =>
        SendAfter(Math.Max(_hardStateTicket, _log.TicketCovering(index)), message);

    private void SendAfter(ulong ticket, RaftMessage message)
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
