using Cluster.Consensus;

namespace Cluster.Simulation.Disks;

/// <summary>What a log says, kept beside the real one as a plain list: the truth that the real one is compared with.</summary>
internal sealed class LogModel
{
    private readonly List<LogEntry> _entries = [];

    public HardState HardState { get; private set; }

    public IReadOnlyList<LogEntry> Entries => _entries;

    public LogIndex LastIndex => new((ulong)_entries.Count);

    public Term? TermAt(LogIndex index) =>
        index.Value >= 1 && index.Value <= (ulong)_entries.Count ? _entries[(int)index.Value - 1].Term : null;

    public static LogModel Of(RecoveredLog log)
    {
        LogModel model = new() { HardState = log.HardState };
        model._entries.AddRange(log.Entries);
        return model;
    }

    public LogModel Copy()
    {
        LogModel model = new() { HardState = HardState };
        model._entries.AddRange(_entries);
        return model;
    }

    public void Apply(in LogStep step)
    {
        switch (step.Kind)
        {
            case LogStepKind.HardState:
                HardState = step.HardState;
                break;
            case LogStepKind.Truncate:
                int keep = (int)step.From.Value - 1;
                _entries.RemoveRange(keep, _entries.Count - keep);
                break;
            default:
                Invariant.Check(step.Entry.Index.Value == (ulong)_entries.Count + 1, "an append follows the last entry of the log");
                _entries.Add(step.Entry);
                break;
        }
    }

    /// <summary>True when a recovered log says the same.</summary>
    public bool Equals(RecoveredLog log)
    {
        if (log.HardState != HardState || log.Entries.Count != _entries.Count)
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
}
