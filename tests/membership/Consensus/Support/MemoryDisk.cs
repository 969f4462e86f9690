namespace Cluster.Consensus.Tests.Support;

/// <summary>A disk that keeps what was synced and forgets the rest in a crash.</summary>
internal sealed class MemoryDisk
{
    private readonly List<LogWrite> _unsynced = [];
    private readonly List<LogEntry> _entries = [];

    public bool IsSlow { get; set; }

    public HardState HardState { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public int Unsynced => _unsynced.Count;

    public RecoveredLog Recovered => new(HardState, null, [.. _entries]);

    public void Write(LogWrite write) => _unsynced.Add(write);

    /// <summary>Makes everything durable.</summary>
    /// <returns>The greatest ticket, or 0 when there was nothing to do.</returns>
    public ulong Sync() => Sync(_unsynced.Count);

    /// <summary>Makes the oldest <paramref name="count"/> writes durable.</summary>
    public ulong Sync(int count)
    {
        ulong ticket = 0;
        for (int i = 0; i < count; i++)
        {
            Apply(_unsynced[i]);
            Assert.True(_unsynced[i].Ticket > ticket, "tickets grow");
            ticket = _unsynced[i].Ticket;
        }

        _unsynced.RemoveRange(0, count);
        return ticket;
    }

    public void Crash() => _unsynced.Clear();

    private void Apply(LogWrite write)
    {
        switch (write.Kind)
        {
            case LogWriteKind.SaveHardState:
                HardState = write.HardState;
                break;
            case LogWriteKind.Truncate:
                _entries.RemoveRange((int)write.From.Value - 1, _entries.Count - ((int)write.From.Value - 1));
                break;
            case LogWriteKind.Append:
                Assert.Equal((ulong)_entries.Count + 1, write.Entries[0].Index.Value);
                _entries.AddRange(write.Entries);
                break;
            default:
                throw new InvalidOperationException($"this disk does not know how to {write.Kind}");
        }
    }
}
