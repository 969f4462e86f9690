namespace Cluster.Consensus.Tests.Support;

/// <summary>A disk that keeps what was synced and forgets the rest in a crash.</summary>
internal sealed class MemoryDisk
{
    private readonly List<LogWrite> _unsynced = [];
    private readonly List<LogEntry> _entries = [];
    private readonly Dictionary<SnapshotMeta, Snapshot> _files = [];
    private SnapshotMeta? _used;
    private LogIndex _before;

    public bool IsSlow { get; set; }

    public HardState HardState { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public int Unsynced => _unsynced.Count;

    /// <summary>The position before the first of <see cref="Entries"/>.</summary>
    public LogIndex Before => _before;

    /// <summary>The snapshot that the log begins with.</summary>
    public SnapshotMeta? Used => _used;

    public LogIndex LastIndex => _before + (ulong)_entries.Count;

    public RecoveredLog Recovered => new(HardState, _used is null ? null : File(_used), [.. _entries]);

    /// <summary>A snapshot's file is there; survives every crash from now on.</summary>
    public void SaveSnapshot(Snapshot snapshot) => _files[snapshot.Meta] = snapshot;

    /// <summary>True when the disk holds this entry, or a snapshot in its place.</summary>
    public bool Holds(LogIndex index, Term term) =>
        index <= _before
            ? _used is not null && index <= _used.Index
            : index <= LastIndex && _entries[(int)(index.Value - _before.Value) - 1].Term == term;

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
                int kept = (int)(write.From.Value - _before.Value) - 1;
                _entries.RemoveRange(kept, _entries.Count - kept);
                break;
            case LogWriteKind.Append:
                Assert.Equal(LastIndex.Next, write.Entries[0].Index);
                _entries.AddRange(write.Entries);
                break;
            case LogWriteKind.UseSnapshot:
                Use(write.Snapshot!, write.From, write.ReplacesLog);
                break;
            default:
                throw new InvalidOperationException($"this disk does not know how to {write.Kind}");
        }
    }

    private void Use(SnapshotMeta snapshot, LogIndex keepFrom, bool replacesLog)
    {
        Assert.True(keepFrom <= snapshot.Index.Next, "nothing is dropped that the snapshot does not hold");
        Assert.True(_used is null || _used.Index < snapshot.Index, "snapshots go forward");
        _used = snapshot;
        if (replacesLog)
        {
            _entries.Clear();
            _before = snapshot.Index;
        }
        else if (keepFrom > _before.Next)
        {
            Assert.True(snapshot.Index <= LastIndex, "only a log that holds the snapshot's last entry is kept");
            _entries.RemoveRange(0, (int)(keepFrom.Value - _before.Value) - 1);
            _before = keepFrom - 1;
        }
    }

    private Snapshot File(SnapshotMeta meta) => _files.TryGetValue(meta, out Snapshot? file)
        ? file
        : throw new InvalidOperationException($"the log begins with the snapshot of {meta.Index}, which was never saved");
}
