using System.Diagnostics.CodeAnalysis;
using Cluster.Consensus;
using Cluster.Simulation.Worlds;
using Cluster.Storage;

namespace Cluster.Simulation.Disks;

/// <summary>
/// The log thread of one machine over the real write-ahead log in a simulated folder: writes are queued, handed over in batches, synced after a while
/// and reported. Beside it stands a model of what must be there: at each start the log has to say what was synced and some beginning of what was not,
/// or refuse because the disk was damaged; anything else breaks S7.
/// </summary>
internal sealed partial class SimulatedDisk
{
    /// <summary>A healthy disk: bounds of one sync in milliseconds.</summary>
    public static readonly (double Min, double Max) Normal = (0.05, 0.4);

    private readonly Timeline _time;
    private readonly RandomStream _random;
    private readonly string _name;
    private readonly WriteAheadLogOptions _options;
    private readonly DiskMutations _mutations;
    private readonly List<LogWrite> _pending = [];
    private readonly List<LogStep> _unsynced = [];
    private readonly List<LogStep> _steps = [];
    private readonly List<Snapshot> _saves = [];
    private LogModel _synced = new();
    private LogModel _queued = new();
    private WriteAheadLog? _log;
    private int _life;
    private bool _busy;
    private bool _handed;

    public SimulatedDisk(Timeline time, RandomStream random, string name, int segmentBytes, Mutant? mutant = null)
    {
        _time = time;
        _random = random;
        _name = name;
        _mutations = mutant?.Disk ?? DiskMutations.None;
        _options = new WriteAheadLogOptions
        {
            Directory = name,
            SegmentBytes = segmentBytes,
            Salt = random.Next(),
            SingleThreaded = true,
            Mutations = mutant?.Storage ?? StorageMutations.None,
        };
        Folder = new SimulatedFolder(random, _mutations);
    }

    /// <summary>The files.</summary>
    public SimulatedFolder Folder { get; }

    /// <summary>What is durable.</summary>
    public LogModel SyncedLog => _synced;

    /// <summary>What will be durable when all queued writes are.</summary>
    public LogModel QueuedLog => _queued;

    /// <summary>How long a sync takes: bounds in milliseconds.</summary>
    public (double Min, double Max) SyncMs { get; set; } = Normal;

    /// <summary>How likely a power cut leaves a sector that was being written with a flipped bit.</summary>
    public double Garble { get; set; }

    /// <summary>Called with the greatest durable ticket after each sync.</summary>
    public Action<ulong>? Synced { get; set; }

    /// <summary>Called when a write or sync failed: the process has to stop.</summary>
    public Action<string>? Failed { get; set; }

    /// <summary>Called when a snapshot is a file that survives a crash.</summary>
    public Action<SnapshotMeta>? SnapshotSaved { get; set; }

    /// <summary>Called when a snapshot was given up.</summary>
    public Action<SnapshotMeta>? SnapshotNotSaved { get; set; }

    /// <summary>How long the saving of a snapshot takes: bounds in milliseconds.</summary>
    public (double Min, double Max) SaveMs { get; set; } = (0.5, 20);

    /// <summary>
    /// True when everything through an entry is durable and nothing that is queued takes it back. A snapshot may stand for it.
    /// </summary>
    public bool Holds(LogIndex index)
    {
        if (index == LogIndex.Zero || index <= (_synced.Snapshot?.Index ?? LogIndex.Zero))
        {
            return true;
        }

        if (_synced.TermAt(index) is not Term synced)
        {
            return false;
        }

        return index <= (_queued.Snapshot?.Index ?? LogIndex.Zero) || _queued.TermAt(index) == synced;
    }

    /// <summary>A process opens the log.</summary>
    /// <param name="log">What it found.</param>
    /// <param name="why">Why it can't start.</param>
    /// <exception cref="ViolationException">The log says what it may not say, or refuses without need.</exception>
    public bool TryOpen([NotNullWhen(true)] out RecoveredLog? log, out string why)
    {
        log = null;
        why = "";
        Invariant.Check(_log is null, "one process at a time has the log open");
        try
        {
            _log = WriteAheadLog.Open(_options, Folder.Open(), out log);
        }
        catch (CorruptLogException damage) when ((_mutations & DiskMutations.DamageIgnored) != 0)
        {
            _time.Trace.Line(0, $"{_name}: {damage.Message}");
            Folder.Wipe();
            _log = WriteAheadLog.Open(_options, Folder.Open(), out log);
        }
        catch (CorruptLogException damage) when (Folder.IsDamaged)
        {
            why = damage.Message;
            return false;
        }
        catch (CorruptLogException damage)
        {
            throw new ViolationException("S7", $"the log of {_name} refuses to start although nothing was damaged: {damage.Message}");
        }
        catch (IOException broken)
        {
            why = broken.Message;
            return false;
        }

        Compare(log);
        _synced = LogModel.Of(log);
        _queued = _synced.Copy();
        return true;
    }

    /// <summary>Hands writes to the log thread.</summary>
    /// <param name="writes">The writes.</param>
    /// <param name="look">Called for each before it is queued, when everything before it is.</param>
    public void Enqueue(List<LogWrite> writes, Action<LogWrite>? look = null)
    {
        foreach (LogWrite write in writes)
        {
            look?.Invoke(write);
            _pending.Add(write);
            int from = _steps.Count;
            LogStep.Add(_steps, write);
            for (int i = from; i < _steps.Count; i++)
            {
                _queued.Apply(_steps[i]);
            }
        }

        _steps.Clear();
        StartSync();
    }

    /// <summary>A thread of its own saves a snapshot, beside the log.</summary>
    public void Save(Snapshot snapshot)
    {
        int life = _life;
        _saves.Add(snapshot);
        _time.After(_random.LogMs(SaveMs.Min, SaveMs.Max), () =>
        {
            if (life == _life && _log is WriteAheadLog log)
            {
                _saves.Remove(snapshot);
                Attempt(() => Save(log, snapshot));
            }
        });
    }

    private void Save(WriteAheadLog log, Snapshot snapshot)
    {
        try
        {
            log.Snapshots.Save(snapshot);
        }
        catch (SnapshotNotSavedException)
        {
            SnapshotNotSaved?.Invoke(snapshot.Meta);
            return;
        }

        SnapshotSaved?.Invoke(snapshot.Meta);
    }

    private void Compare(RecoveredLog log)
    {
        string synced = _synced.ToString();
        if (_synced.Equals(log))
        {
            _unsynced.Clear();
            return;
        }

        foreach (LogStep step in _unsynced)
        {
            _synced.Apply(step);
            if (_synced.Equals(log))
            {
                _unsynced.Clear();
                return;
            }
        }

        throw new ViolationException(
            "S7",
            $"the log of {_name} comes back with {LogModel.Of(log)}, which it never said after its last sync; then it said {synced}, and with the "
                + $"{_unsynced.Count} records that were not synced {_synced}");
    }

    private void StartSync()
    {
        if (_busy || _pending.Count == 0)
        {
            return;
        }

        _busy = true;
        int life = _life;
        long span = _random.LogMs(SyncMs.Min, SyncMs.Max);
        _time.After(span / 8, () =>
        {
            if (life == _life && _log is WriteAheadLog log)
            {
                Attempt(() => Write(log, span, life));
            }
        });
    }

    private void Write(WriteAheadLog log, long span, int life)
    {
        int count = _pending.Count;
        ulong ticket = _pending[^1].Ticket;
        Hand(log, count);
        _pending.Clear();
        _handed = true;
        _time.After(span - (span / 8), () =>
        {
            if (life == _life)
            {
                Attempt(() => Sync(log, ticket));
            }
        });
    }

    private void Hand(WriteAheadLog log, int count)
    {
        for (int i = 0; i < count; i++)
        {
            LogStep.Add(_unsynced, _pending[i]);
        }

        log.Write(_pending);
    }

    private void Sync(WriteAheadLog log, ulong ticket)
    {
        log.Sync();
        foreach (LogStep step in _unsynced)
        {
            _synced.Apply(step);
        }

        _unsynced.Clear();
        _busy = false;
        _handed = false;
        Synced?.Invoke(ticket);
        StartSync();
    }

    private void Attempt(Action operation)
    {
        try
        {
            operation();
        }
        catch (LogFailedException failure)
        {
            Failed?.Invoke(failure.Message);
        }
    }
}
