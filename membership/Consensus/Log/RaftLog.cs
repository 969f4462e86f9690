namespace Cluster.Consensus;

/// <summary>
/// The log in memory, and what of it is on disk. Durability is known by the tickets of the writes, never by index alone: after
/// a truncation the same index means another entry, and a late report about the old one must not count for it.
/// </summary>
internal sealed class RaftLog
{
    private EntryBlocks _entries;
    private Term _termBefore;

    // Appends not yet on disk, by growing ticket; LastIndex never falls from one to the next (Truncate sees to it).
    private readonly List<PendingAppend> _pending = [];

    public RaftLog(RecoveredLog recovered)
    {
        IReadOnlyList<LogEntry> entries = recovered.Entries;
        int first = 0;
        LogIndex before = recovered.Snapshot?.Meta.Index ?? LogIndex.Zero;
        _termBefore = recovered.Snapshot?.Meta.Term ?? Term.Zero;
        if (recovered.Snapshot is not null && entries.Count > 0 && entries[0].Index <= before)
        {
            // Entries from before the snapshot were kept. The term of the one before them is gone, so the first stands for it.
            before = entries[0].Index;
            _termBefore = entries[0].Term;
            first = 1;
        }

        _entries = new EntryBlocks(before);
        for (int i = first; i < entries.Count; i++)
        {
            Add(entries[i]);
        }

        Invariant.Check(
            recovered.Snapshot is not { Meta: var meta } || Matches(meta.Index, meta.Term), "a snapshot agrees with the log it begins");
        DurableIndex = LastIndex;
        WrittenIndex = LastIndex;
    }

    /// <summary>The position before the first entry that is still here.</summary>
    public LogIndex Before => _entries.Before;

    /// <summary>The last entry, durable or not.</summary>
    public LogIndex LastIndex => _entries.Last;

    /// <summary>The last entry's term.</summary>
    public Term LastTerm => TermAt(LastIndex);

    /// <summary>Everything up to here is on disk.</summary>
    public LogIndex DurableIndex { get; private set; }

    /// <summary>Everything up to here is on disk or in a write that was asked for.</summary>
    public LogIndex WrittenIndex { get; private set; }

    /// <summary>The entry at <paramref name="index"/>, which must exist.</summary>
    public ref readonly LogEntry this[LogIndex index] => ref _entries[index];

    /// <summary>The term of the entry at <paramref name="index"/>, which must exist or be <see cref="Before"/>.</summary>
    public Term TermAt(LogIndex index) => index == Before ? _termBefore : this[index].Term;

    /// <summary>
    /// True when the log holds an entry of this term at this index; index 0 with term 0 matches as long as nothing was dropped.
    /// </summary>
    public bool Matches(LogIndex index, Term term) => index >= Before && index <= LastIndex && TermAt(index) == term;

    /// <summary>True when a log that ends so is at least as up to date as this one (Raft §5.4.1).</summary>
    public bool IsUpToDate(LogIndex lastIndex, Term lastTerm) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>
    /// The greatest index up to <paramref name="limit"/> whose term is not above <paramref name="term"/>: from a refused
    /// append, both sides skip whole terms at which they cannot agree (Raft §5.3, end). Below <see cref="Before"/> when the answer
    /// lies among what was dropped.
    /// </summary>
    public LogIndex LastNotAbove(LogIndex limit, Term term)
    {
        if (limit < Before)
        {
            return limit;
        }

        if (TermAt(Before) > term)
        {
            return Before - 1;
        }

        // Terms never fall along the log, so halve the range.
        ulong low = Before.Value;
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

    /// <summary>
    /// Entries from <paramref name="from"/> on that fit in the limit, at least one; fewer than would fit when a block ends.
    /// </summary>
    /// <param name="from">The first entry, which must exist.</param>
    /// <param name="maxBytes">The limit, by <see cref="SizeOf"/>.</param>
    /// <param name="bytes">What they weigh together.</param>
    public EntryRange Slice(LogIndex from, long maxBytes, out long bytes)
    {
        EntryRange range = _entries.From(from);
        ReadOnlySpan<LogEntry> entries = range.Span;
        bytes = SizeOf(entries[0]);
        int count = 1;
        while (count < entries.Length && bytes + SizeOf(entries[count]) <= maxBytes)
        {
            bytes += SizeOf(entries[count]);
            count++;
        }

        return range.Slice(0, count);
    }

    /// <summary>What an entry weighs in limits: its payload and a flat charge for index, term, kind and length.</summary>
    public static long SizeOf(in LogEntry entry) => entry.Payload.Length + 24;

    /// <summary>Adds an entry, in memory only until a write is asked for that covers it.</summary>
    public void Add(in LogEntry entry)
    {
        Invariant.Check(entry.Term >= LastTerm, "terms never fall along the log");
        _entries.Add(entry);
    }

    /// <summary>What no write covers yet, up to the end of a block; empty when there is nothing.</summary>
    public EntryRange Unwritten => WrittenIndex < LastIndex ? _entries.From(WrittenIndex.Next) : EntryRange.Empty;

    /// <summary>Takes note that the write with <paramref name="ticket"/> makes the next <paramref name="count"/> entries durable.</summary>
    public void Written(ulong ticket, int count)
    {
        WrittenIndex += (ulong)count;
        Invariant.Check(WrittenIndex <= LastIndex, "only entries in the log are written");
        _pending.Add(new PendingAppend(ticket, WrittenIndex));
    }

    /// <summary>Removes the entries from <paramref name="from"/> on.</summary>
    public void Truncate(LogIndex from)
    {
        _entries.Truncate(from);
        DurableIndex = Min(DurableIndex, LastIndex);
        WrittenIndex = Min(WrittenIndex, LastIndex);
        for (int i = 0; i < _pending.Count; i++)
        {
            _pending[i] = _pending[i] with { LastIndex = Min(_pending[i].LastIndex, LastIndex) };
        }
    }

    /// <summary>Forgets the entries up to <paramref name="through"/>, as far as they are still here.</summary>
    public void DropThrough(LogIndex through)
    {
        if (through > Before)
        {
            _termBefore = TermAt(through);
            _entries.DropThrough(through);
        }
    }

    /// <summary>
    /// Forgets everything: the log goes on after a snapshot that ends with <paramref name="index"/>, durable with the write with
    /// <paramref name="ticket"/>.
    /// </summary>
    public void Replace(ulong ticket, LogIndex index, Term term)
    {
        _entries = new EntryBlocks(index);
        _termBefore = term;
        _pending.Clear();
        _pending.Add(new PendingAppend(ticket, index));
        DurableIndex = LogIndex.Zero;
        WrittenIndex = index;
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

    private readonly record struct PendingAppend(ulong Ticket, LogIndex LastIndex);
}
