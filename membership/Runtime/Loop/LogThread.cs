using System.Diagnostics;
using Cluster.Consensus;
using Cluster.Storage;

namespace Cluster.Runtime.Loop;

/// <summary>
/// Carries log writes to disk on a thread of its own, because file I/O blocks: everything that waits goes out in one write and
/// one sync (group commit), then the greatest ticket is reported.
/// </summary>
/// <param name="log">The log; used by this thread alone until it has ended.</param>
/// <param name="persisted">Takes the greatest ticket that is on disk.</param>
/// <param name="synced">Takes the duration of each write and sync.</param>
/// <param name="failed">Takes the failure; nothing is written after it.</param>
internal sealed class LogThread(WriteAheadLog log, Action<ulong> persisted, Action<TimeSpan> synced, Action<Exception> failed)
{
    private readonly Lock _gate = new();
    private readonly ThreadSignal _signal = new();
    private List<LogWrite> _waiting = [];
    private List<LogWrite> _batch = [];
    private Thread? _thread;
    private bool _sleeping;
    private bool _stop;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "cluster log" };
        _thread.Start();
    }

    /// <summary>Queues writes, in order.</summary>
    public void Enqueue(List<LogWrite> writes)
    {
        bool wake;
        lock (_gate)
        {
            _waiting.AddRange(writes);
            wake = _sleeping;
            _sleeping = false;
        }

        if (wake)
        {
            _signal.Set();
        }
    }

    /// <summary>Ends the thread after the batch under way; what waits is not written, as in a crash.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stop = true;
        }

        _signal.Set();
        _thread?.Join();
    }

    private void Run()
    {
        try
        {
            while (TakeBatch())
            {
                long start = Stopwatch.GetTimestamp();
                log.Write(_batch);
                log.Sync();
                synced(Stopwatch.GetElapsedTime(start));
                persisted(_batch[^1].Ticket);
            }
        }
        catch (Exception e)
        {
            failed(e);
        }
    }

    private bool TakeBatch()
    {
        _batch.Clear();
        while (true)
        {
            lock (_gate)
            {
                _sleeping = _waiting.Count == 0 && !_stop;
                if (!_sleeping)
                {
                    (_waiting, _batch) = (_batch, _waiting);
                    return !_stop;
                }
            }

            _signal.Wait(Timeout.InfiniteTimeSpan);
        }
    }
}
