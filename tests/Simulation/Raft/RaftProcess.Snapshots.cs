using Cluster.Consensus;
using Cluster.Simulation.Disks;

namespace Cluster.Simulation.Raft;

// Snapshots and reads.
internal sealed partial class RaftProcess
{
    private readonly Dictionary<ulong, Action<LogIndex>> _reads = [];
    private readonly List<(LogIndex Index, Action<LogIndex> Answer)> _waitingReads = [];
    private ulong _readContext;
    private LogIndex _compacted;

    /// <summary>Reads with a barrier; no answer comes when it is refused or this process ends.</summary>
    public void Read(Action<LogIndex> answer) => Input(now =>
    {
        _readContext++;
        if (Log.TryRead(_readContext, now))
        {
            _reads.Add(_readContext, answer);
        }

        Log.Flush(now);
    });

    private void ConnectSnapshots()
    {
        SimulatedDisk disk = Host.Disk;
        disk.SnapshotSaved = meta => Input(now => Log.SnapshotSaved(meta, now));
        disk.SnapshotNotSaved = meta => Input(now => Log.SnapshotNotSaved(meta, now));
    }

    private void SaveSnapshots(LogEffects effects)
    {
        foreach (Snapshot snapshot in effects.SnapshotSaves)
        {
            _world.Trace.Line(Host.Number, $"saves the snapshot {snapshot.Meta.Index}/{snapshot.Meta.Term}, {snapshot.Meta.Bytes} bytes");
            Host.Disk.Save(snapshot);
        }
    }

    private void Compact(MonotonicTime now)
    {
        int every = _world.Plan.CompactEvery;
        if (every > 0 && State.Applied.Value >= _compacted.Value + (ulong)every)
        {
            _compacted = State.Applied;
            Log.Compact(State.Applied, State.Save(_world.Plan.StateBytes), now);
        }
    }

    private void AnswerReads(LogEffects effects)
    {
        foreach (ReadResult result in effects.Reads)
        {
            if (_reads.Remove(result.Context, out Action<LogIndex>? answer) && !result.IsRefused)
            {
                _waitingReads.Add((result.Index, answer));
            }
        }

        for (int i = _waitingReads.Count - 1; i >= 0; i--)
        {
            (LogIndex index, Action<LogIndex> answer) = _waitingReads[i];
            if (State.Applied >= index)
            {
                _waitingReads.RemoveAt(i);
                answer(State.Applied);
            }
        }
    }
}
