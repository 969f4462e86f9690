using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Storage;
using Microsoft.Extensions.Logging;

namespace Cluster.Runtime.Loop;

/// <summary>
/// Makes snapshots files on a thread of its own: a large one takes seconds, and the log must not wait for it. A snapshot that can't be saved (a full disk) is
/// reported and given up; the log goes on, only longer than it would be.
/// </summary>
/// <param name="store">Where the files go.</param>
/// <param name="saved">Takes each snapshot that is a file and survives a crash, and how long that took.</param>
/// <param name="notSaved">Takes each snapshot that could not be saved.</param>
/// <param name="failed">Takes a failure after which the folder can't be trusted; nothing is saved after it.</param>
/// <param name="logger">Told of each.</param>
internal sealed class SnapshotThread(
    SnapshotStore store,
    Action<SnapshotMeta, TimeSpan> saved,
    Action<SnapshotMeta> notSaved,
    Action<Exception> failed,
    ILogger logger)
{
    private readonly object _gate = new();
    private readonly Queue<Snapshot> _waiting = [];
    private Thread? _thread;
    private bool _stop;

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "cluster snapshots" };
        _thread.Start();
    }

    /// <summary>Queues snapshots, in order. Never waits for the disk.</summary>
    public void Enqueue(List<Snapshot> snapshots)
    {
        lock (_gate)
        {
            snapshots.ForEach(_waiting.Enqueue);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes nothing more. A save in hand goes on until it is done, or until the log is closed, which breaks it off.</summary>
    public void Halt()
    {
        lock (_gate)
        {
            _stop = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for the end of the thread. To be called after the log was closed.</summary>
    public void Join() => _thread?.Join();

    private void Run()
    {
        try
        {
            while (Next() is { } snapshot)
            {
                Save(snapshot);
            }
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    private void Save(Snapshot snapshot)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            store.Save(snapshot);
        }
        catch (Exception e) when (IsStopping())
        {
            RuntimeLog.SnapshotBrokenOff(logger, snapshot.Meta.Index.Value, e.Message);
            return;
        }
        catch (SnapshotNotSavedException e)
        {
            RuntimeLog.SnapshotNotSaved(logger, e.Message);
            notSaved(snapshot.Meta);
            return;
        }

        TimeSpan took = Stopwatch.GetElapsedTime(start);
        RuntimeLog.SnapshotSaved(logger, snapshot.Meta.Index.Value, snapshot.Meta.Bytes, took.TotalMilliseconds);
        saved(snapshot.Meta, took);
    }

    private bool IsStopping()
    {
        lock (_gate)
        {
            return _stop;
        }
    }

    private Snapshot? Next()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stop)
            {
                Monitor.Wait(_gate);
            }

            return _stop ? null : _waiting.Dequeue();
        }
    }
}
