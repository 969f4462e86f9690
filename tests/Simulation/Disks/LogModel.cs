using Cluster.Consensus;

namespace Cluster.Simulation.Disks;

/// <summary>What a log says, kept beside the real one as a plain list: the truth that the real one is compared with.</summary>
internal sealed class LogModel
{
    private readonly List<LogEntry> _entries = [];

    public HardState HardState { get; private set; }

    /// <summary>The snapshot that the log stands on.</summary>
    public SnapshotMeta? Snapshot { get; private set; }

    /// <summary>The entry before the first that is kept.</summary>
    public LogIndex Before { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public LogIndex LastIndex => Before + (ulong)_entries.Count;

    public static LogModel Of(RecoveredLog log)
    {
        LogModel model = new() { HardState = log.HardState, Snapshot = log.Snapshot?.Meta };
        model.Before = log.Entries.Count > 0 ? log.Entries[0].Index - 1 : log.Snapshot?.Meta.Index ?? LogIndex.Zero;
        model._entries.AddRange(log.Entries);
        return model;
    }

    public LogModel Copy()
    {
        LogModel model = new() { HardState = HardState, Snapshot = Snapshot, Before = Before };
        model._entries.AddRange(_entries);
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
                break;
            case LogWriteKind.UseSnapshot:
                Use(write);
                break;
            default:
                Invariant.Check(step.Entry.Index == LastIndex.Next, "an append follows the last entry of the log");
                _entries.Add(step.Entry);
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

    private void Use(in LogWrite write)
    {
        Snapshot = write.Snapshot;
        if (write.ReplacesLog)
        {
            _entries.Clear();
            Before = write.Snapshot!.Index;
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
