using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// The write-ahead log of one machine as the cores see it: writes are queued, synced in batches after a while, and reported. A crash
/// keeps all that was synced and a prefix of what was not, torn inside an append if chance wills. What survives a crash counts as
/// synced: the real log syncs what it found before it trusts it.
/// </summary>
internal sealed class SimulatedDisk(World world, RandomStream random)
{
    /// <summary>A healthy disk: bounds of one sync in milliseconds.</summary>
    public static readonly (double Min, double Max) Normal = (0.05, 0.4);

    private readonly List<LogWrite> _pending = [];
    private readonly List<LogEntry> _synced = [];
    private int _life;
    private bool _syncing;

    /// <summary>What is durable: the entries from index 1 on.</summary>
    public IReadOnlyList<LogEntry> SyncedEntries => _synced;

    /// <summary>What is durable: term and vote.</summary>
    public HardState SyncedHardState { get; private set; }

    /// <summary>How long a sync takes: bounds in milliseconds.</summary>
    public (double Min, double Max) SyncMs { get; set; } = Normal;

    /// <summary>Called with the greatest durable ticket after each sync.</summary>
    public Action<ulong>? Synced { get; set; }

    /// <summary>The term of the durable entry at an index, or null when there is none.</summary>
    public Term? SyncedTermAt(LogIndex index) => TermAt(_synced, index);

    /// <summary>The term that the entry at an index will have when all queued writes are durable.</summary>
    public Term? QueuedTermAt(LogIndex index)
    {
        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            LogWrite write = _pending[i];
            switch (write.Kind)
            {
                case LogWriteKind.Append when write.Entries.Count > 0 && write.Entries[^1].Index >= index && write.Entries[0].Index <= index:
                    return write.Entries[(int)(index.Value - write.Entries[0].Index.Value)].Term;
                case LogWriteKind.Truncate when write.From <= index:
                    return null;
            }
        }

        return SyncedTermAt(index);
    }

    public void Enqueue(List<LogWrite> writes)
    {
        _pending.AddRange(writes);
        StartSync();
    }

    /// <summary>The process or the machine dies: queued writes are lost but for a prefix.</summary>
    public void Crash()
    {
        int kept = random.Below(_pending.Count + 1);
        for (int i = 0; i < kept; i++)
        {
            Apply(_pending[i]);
        }

        if (kept < _pending.Count && _pending[kept] is { Kind: LogWriteKind.Append } torn && torn.Entries.Count > 1)
        {
            Apply(torn with { Entries = torn.Entries.Slice(0, random.Below(torn.Entries.Count)) });
        }

        _pending.Clear();
        _life++;
        _syncing = false;
        Synced = null;
    }

    /// <summary>What a process that opens the log finds.</summary>
    public RecoveredLog Recover() => new(SyncedHardState, null, [.. _synced]);

    private static Term? TermAt(List<LogEntry> entries, LogIndex index) =>
        index.Value >= 1 && index.Value <= (ulong)entries.Count ? entries[(int)index.Value - 1].Term : null;

    private void StartSync()
    {
        if (_syncing || _pending.Count == 0)
        {
            return;
        }

        _syncing = true;
        int life = _life;
        int count = _pending.Count;
        world.After(random.LogMs(SyncMs.Min, SyncMs.Max), () =>
        {
            if (life == _life)
            {
                FinishSync(count);
            }
        });
    }

    private void FinishSync(int count)
    {
        ulong ticket = _pending[count - 1].Ticket;
        for (int i = 0; i < count; i++)
        {
            Apply(_pending[i]);
        }

        _pending.RemoveRange(0, count);
        _syncing = false;
        Synced?.Invoke(ticket);
        StartSync();
    }

    private void Apply(LogWrite write)
    {
        switch (write.Kind)
        {
            case LogWriteKind.SaveHardState:
                SyncedHardState = write.HardState;
                break;
            case LogWriteKind.Truncate:
                int keep = (int)write.From.Value - 1;
                _synced.RemoveRange(keep, _synced.Count - keep);
                break;
            case LogWriteKind.Append:
                foreach (LogEntry entry in write.Entries)
                {
                    Invariant.Check(entry.Index.Value == (ulong)_synced.Count + 1, "an append follows the last entry of the log");
                    _synced.Add(entry);
                }

                break;
            default:
                throw new InvalidOperationException($"this disk does not know how to {write.Kind}");
        }
    }
}
