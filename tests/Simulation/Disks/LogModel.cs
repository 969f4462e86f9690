using Cluster.Consensus;

namespace Cluster.Simulation.Disks;

/// <summary>What a log says, kept beside the real one as a plain list: the truth that the real one is compared with.</summary>
internal sealed class LogModel
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<(LogIndex Index, ClusterConfiguration Configuration)> _configurations = [];

    public HardState HardState { get; private set; }

    /// <summary>The snapshot that the log stands on.</summary>
    public SnapshotMeta? Snapshot { get; private set; }

    /// <summary>The entry before the first that is kept.</summary>
    public LogIndex Before { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>The newest configuration in the log or its snapshot, and where it stands; null when there is none.</summary>
    public (LogIndex Index, ClusterConfiguration Configuration)? Configuration => _configurations.Count > 0 ? _configurations[^1] : null;

    public LogIndex LastIndex => Before + (ulong)_entries.Count;

    public static LogModel Of(RecoveredLog log)
    {
        LogModel model = new() { HardState = log.HardState, Snapshot = log.Snapshot?.Meta };
        model.Before = log.Entries.Count > 0 ? log.Entries[0].Index - 1 : log.Snapshot?.Meta.Index ?? LogIndex.Zero;
        if (log.Snapshot is { } snapshot)
        {
            model._configurations.Add((snapshot.Meta.Index, snapshot.Meta.Configuration));
        }

        foreach (LogEntry entry in log.Entries)
        {
            model.Add(entry);
        }

        return model;
    }

    public LogModel Copy()
    {
        LogModel model = new() { HardState = HardState, Snapshot = Snapshot, Before = Before };
        model._entries.AddRange(_entries);
        model._configurations.AddRange(_configurations);
        return model;
    }

    /// <summary>The term of an entry that is kept or that the snapshot ends with; null of any other.</summary>
    public Term? TermAt(LogIndex index)
    {
        if (index > Before && index <= LastIndex)
        {
            return _entries[(int)(index.Value - Before.Value) - 1].Term;
        }

        return Snapshot is { } snapshot && snapshot.Index == index ? snapshot.Term : null;
    }

    /// <summary>Everything through this entry is in the log or in its snapshot.</summary>
    public bool Covers(LogIndex index) => index <= LastIndex || index <= (Snapshot?.Index ?? LogIndex.Zero);

    public void Apply(in LogStep step)
    {
        LogWrite write = step.Write;
        switch (write.Kind)
        {
            case LogWriteKind.SaveHardState:
                HardState = write.HardState;
                break;
            case LogWriteKind.Truncate:
                Invariant.Check(write.From > Before, "what is truncated is there");
                int keep = (int)(write.From.Value - Before.Value) - 1;
                _entries.RemoveRange(keep, _entries.Count - keep);
                while (_configurations.Count > 0 && _configurations[^1].Index >= write.From)
                {
                    _configurations.RemoveAt(_configurations.Count - 1);
                }

                break;
            case LogWriteKind.UseSnapshot:
                Use(write);
                break;
            default:
                Invariant.Check(step.Entry.Index == LastIndex.Next, "an append follows the last entry of the log");
                Add(step.Entry);
                break;
        }
    }

    /// <summary>True when a recovered log says the same.</summary>
    public bool Equals(RecoveredLog log)
    {
        if (log.HardState != HardState || log.Entries.Count != _entries.Count || log.Snapshot?.Meta != Snapshot)
        {
            return false;
        }

        for (int i = _entries.Count - 1; i >= 0; i--)
        {
            LogEntry mine = _entries[i];
            LogEntry other = log.Entries[i];
            if (mine.Index != other.Index || mine.Term != other.Term || mine.Kind != other.Kind || !mine.Payload.Span.SequenceEqual(other.Payload.Span))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() =>
        $"{_entries.Count} entries up to {LastIndex}/{TermAt(LastIndex)}, snapshot {Snapshot?.Index.Value ?? 0}/{Snapshot?.Term.Value ?? 0}, {HardState}";

    private void Add(in LogEntry entry)
    {
        _entries.Add(entry);
        if (entry.Kind == EntryKind.Configuration && entry.Index > (Snapshot?.Index ?? LogIndex.Zero))
        {
            Invariant.Check(ConfigurationCodec.TryDecode(entry.Payload.Span, out ClusterConfiguration configuration), "a configuration can be read");
            _configurations.Add((entry.Index, configuration));
        }
    }

    private void Use(in LogWrite write)
    {
        Snapshot = write.Snapshot;
        LogIndex through = write.Snapshot!.Index;
        bool replaces = write.ReplacesLog;
        _configurations.RemoveAll(known => replaces || known.Index <= through);
        _configurations.Insert(0, (through, write.Snapshot.Configuration));
        if (write.ReplacesLog)
        {
            _entries.Clear();
            Before = through;
            return;
        }

        if (write.From > Before.Next)
        {
            int drop = (int)Math.Min(write.From.Value - Before.Value - 1, (ulong)_entries.Count);
            _entries.RemoveRange(0, drop);
            Before = write.From - 1;
        }
    }
}
