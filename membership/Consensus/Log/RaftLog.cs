namespace Cluster.Consensus;

/// <summary>
/// The log in memory, and what of it is on disk. Durability is known by the tickets of the writes, never by index alone: after
/// a truncation the same index means another entry, and a late report about the old one must not count for it.
/// </summary>
internal sealed class RaftLog
{
    private readonly List<LogEntry> _entries;

    // Appends not yet on disk, by growing ticket; LastIndex never falls from one to the next (Truncate sees to it).
    private readonly List<PendingAppend> _pending = [];

    public RaftLog(IReadOnlyList<LogEntry> recovered)
    {
        _entries = new List<LogEntry>(recovered.Count);
        foreach (LogEntry entry in recovered)
        {
            CheckFollows(entry);
            _entries.Add(entry);
        }

        DurableIndex = LastIndex;
    }

    /// <summary>The last entry, durable or not.</summary>
    public LogIndex LastIndex => new((ulong)_entries.Count);

    /// <summary>The last entry's term.</summary>
    public Term LastTerm => TermAt(LastIndex);

    /// <summary>Everything up to here is on disk.</summary>
    public LogIndex DurableIndex { get; private set; }

    /// <summary>The entry at <paramref name="index"/>, which must exist.</summary>
    public LogEntry this[LogIndex index]
    {
        get
        {
            Invariant.Check(index > LogIndex.Zero && index <= LastIndex, "only entries in the log are read");
            return _entries[(int)(index.Value - 1)];
        }
    }

    /// <summary>The term of the entry at <paramref name="index"/>; <see cref="Term.Zero"/> at index 0.</summary>
    public Term TermAt(LogIndex index) => index == LogIndex.Zero ? Term.Zero : this[index].Term;

    /// <summary>True when the log holds an entry of this term at this index; index 0 with term 0 always matches.</summary>
    public bool Matches(LogIndex index, Term term) => index <= LastIndex && TermAt(index) == term;

    /// <summary>True when a log that ends so is at least as up to date as this one (Raft §5.4.1).</summary>
    public bool IsUpToDate(LogIndex lastIndex, Term lastTerm) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>
    /// The greatest index up to <paramref name="limit"/> whose term is not above <paramref name="term"/>: from a refused
    /// append, both sides skip whole terms at which they cannot agree (Raft §5.3, end).
    /// </summary>
    public LogIndex LastNotAbove(LogIndex limit, Term term)
    {
        // Terms never fall along the log, so halve the range.
        ulong low = 0;
        ulong high = Math.Min(limit.Value, LastIndex.Value);
        while (low < high)
        {
            ulong middle = high - ((high - low) / 2);
            if (TermAt(new LogIndex(middle)) <= term)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return new LogIndex(low);
    }

    /// <summary>A copy of the entries from <paramref name="from"/> on that fit in the limit, at least one.</summary>
    /// <param name="from">The first entry, which must exist.</param>
    /// <param name="maxBytes">The limit, by <see cref="SizeOf"/>.</param>
    /// <param name="bytes">What they weigh together.</param>
    public LogEntry[] Slice(LogIndex from, long maxBytes, out long bytes)
    {
        bytes = SizeOf(this[from]);
        LogIndex end = from;
        while (end < LastIndex && bytes + SizeOf(this[end.Next]) <= maxBytes)
        {
            end = end.Next;
            bytes += SizeOf(this[end]);
        }

        var slice = new LogEntry[end.Value - from.Value + 1];
        _entries.CopyTo((int)(from.Value - 1), slice, 0, slice.Length);
        return slice;
    }

    /// <summary>What an entry weighs in limits: its payload and a flat charge for index, term, kind and length.</summary>
    public static long SizeOf(in LogEntry entry) => entry.Payload.Length + 24;

    /// <summary>Adds entries that the write with <paramref name="ticket"/> makes durable.</summary>
    public void Append(ulong ticket, ReadOnlySpan<LogEntry> entries)
    {
        foreach (ref readonly LogEntry entry in entries)
        {
            CheckFollows(entry);
            _entries.Add(entry);
        }

        _pending.Add(new PendingAppend(ticket, LastIndex));
    }

    /// <summary>Removes the entries from <paramref name="from"/> on.</summary>
    public void Truncate(LogIndex from)
    {
        Invariant.Check(from > LogIndex.Zero && from <= LastIndex, "only entries in the log are truncated");
        _entries.RemoveRange((int)(from.Value - 1), _entries.Count - (int)(from.Value - 1));
        DurableIndex = Min(DurableIndex, LastIndex);
        for (int i = 0; i < _pending.Count; i++)
        {
            _pending[i] = _pending[i] with { LastIndex = Min(_pending[i].LastIndex, LastIndex) };
        }
    }

    /// <summary>Takes note that all writes up to <paramref name="ticket"/> are on disk.</summary>
    public void Persisted(ulong ticket)
    {
        int done = 0;
        while (done < _pending.Count && _pending[done].Ticket <= ticket)
        {
            DurableIndex = _pending[done].LastIndex > DurableIndex ? _pending[done].LastIndex : DurableIndex;
            done++;
        }

        _pending.RemoveRange(0, done);
    }

    /// <summary>The ticket after which everything up to <paramref name="index"/> is on disk; 0 when it is already.</summary>
    public ulong TicketCovering(LogIndex index)
    {
        if (index <= DurableIndex)
        {
            return 0;
        }

        // Mostly the newest write is the one, so search from there.
        int i = _pending.Count - 1;
        Invariant.Check(i >= 0 && _pending[i].LastIndex >= index, "every entry in the log is on disk or in a pending write");
        while (i > 0 && _pending[i - 1].LastIndex >= index)
        {
            i--;
        }

        return _pending[i].Ticket;
    }

    private static LogIndex Min(LogIndex left, LogIndex right) => left < right ? left : right;

    private void CheckFollows(in LogEntry entry)
    {
        Invariant.Check(entry.Index == LastIndex.Next, "entries have no gap");
        Invariant.Check(entry.Term >= LastTerm, "terms never fall along the log");
    }

    private readonly record struct PendingAppend(ulong Ticket, LogIndex LastIndex);
}
