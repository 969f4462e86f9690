namespace Cluster.Consensus;

/// <summary>
/// Consecutive entries in blocks. A place in a block is written once: what follows a truncation goes to a fresh block, so every
/// <see cref="EntryRange"/> handed out stays as it was. Old blocks are let go from the front.
/// </summary>
/// <param name="before">The position before the first entry.</param>
internal sealed class EntryBlocks(LogIndex before)
{
    /// <summary>How many entries a full-grown block holds; below the size at which arrays become large objects.</summary>
    public const int MaxBlockEntries = 1024;

    // A log starts small: simulations and tests make many.
    private const int MinBlockEntries = 32;

    private readonly List<Block> _blocks = [];

    /// <summary>The position before the first entry.</summary>
    public LogIndex Before { get; private set; } = before;

    /// <summary>The position of the last entry; <see cref="Before"/> when there is none.</summary>
    public LogIndex Last { get; private set; } = before;

    /// <summary>The entry at <paramref name="index"/>, which must exist.</summary>
    public ref readonly LogEntry this[LogIndex index]
    {
        get
        {
            Invariant.Check(index > Before && index <= Last, "only entries in the log are read");
            Block block = _blocks[Find(index)];
            return ref block.Entries[index.Value - block.First];
        }
    }

    /// <summary>Adds an entry after the last one.</summary>
    public void Add(in LogEntry entry)
    {
        Invariant.Check(entry.Index == Last.Next, "entries have no gap");
        Block? block = _blocks.Count == 0 ? null : _blocks[^1];
        if (block is null || block.IsSealed || block.Count == block.Entries.Length)
        {
            int size = block is null ? MinBlockEntries : Math.Min(2 * block.Entries.Length, MaxBlockEntries);
            block = new Block(entry.Index.Value, size);
            _blocks.Add(block);
        }

        block.Entries[block.Count++] = entry;
        Last = entry.Index;
    }

    /// <summary>Removes the entries from <paramref name="from"/> on.</summary>
    public void Truncate(LogIndex from)
    {
        Invariant.Check(from > Before && from <= Last, "only entries in the log are truncated");
        int at = Find(from);
        Block block = _blocks[at];
        block.Count = (int)(from.Value - block.First);
        block.IsSealed = true;
        _blocks.RemoveRange(block.Count == 0 ? at : at + 1, _blocks.Count - (block.Count == 0 ? at : at + 1));
        Last = from - 1;
    }

    /// <summary>Forgets the entries up to <paramref name="through"/>, which must exist; their memory goes block by block.</summary>
    public void DropThrough(LogIndex through)
    {
        Invariant.Check(through > Before && through <= Last, "only entries in the log are dropped");
        Before = through;
        int gone = 0;
        while (gone < _blocks.Count && _blocks[gone].First + (ulong)_blocks[gone].Count <= through.Value + 1)
        {
            gone++;
        }

        _blocks.RemoveRange(0, gone);
    }

    /// <summary>The entries from <paramref name="from"/>, which must exist, up to the end of its block.</summary>
    public EntryRange From(LogIndex from)
    {
        Invariant.Check(from > Before && from <= Last, "only entries in the log are read");
        Block block = _blocks[Find(from)];
        int start = (int)(from.Value - block.First);
        return new EntryRange(block.Entries, start, block.Count - start);
    }

    // Nearly always the newest block; otherwise halve.
    private int Find(LogIndex index)
    {
        int high = _blocks.Count - 1;
        if (_blocks[high].First <= index.Value)
        {
            return high;
        }

        int low = 0;
        while (low < high)
        {
            int middle = high - ((high - low) / 2);
            if (_blocks[middle].First <= index.Value)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return low;
    }

    private sealed class Block(ulong first, int size)
    {
        public readonly ulong First = first;
        public readonly LogEntry[] Entries = new LogEntry[size];
        public int Count;
        public bool IsSealed;
    }
}
