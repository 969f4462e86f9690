using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Deletes what a snapshot made superfluous, on a thread of its own: to unlink large files takes long on some file systems. The
/// oldest segment goes first, and the folder is synced after each, so that no crash leaves a gap. Begun only when the reference to
/// the snapshot is on disk.
/// </summary>
internal sealed class Collector(IStorageDevice device, SnapshotStore snapshots, bool singleThreaded) : IDisposable
{
    private readonly Lock _gate = new();
    private Task? _running;
    private ulong _before;
    private ulong _oldest = 1;
    private bool _busy;
    private volatile bool _stopping;
    private volatile IOException? _failure;

    /// <summary>The oldest segment that is left.</summary>
    public ulong Oldest => Volatile.Read(ref _oldest);

    /// <summary>Why the last run failed; null when it did not. The next run, or the next open, does what is left.</summary>
    public IOException? Failure => _failure;

    /// <summary>Deletes the segments before <paramref name="before"/>, and superseded snapshots; does not wait.</summary>
    public void Begin(ulong before)
    {
        lock (_gate)
        {
            _before = Math.Max(_before, before);
            if (_busy)
            {
                return;
            }

            _busy = true;
        }

        if (singleThreaded)
        {
            Run();
            return;
        }

        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The same, at once; errors are the caller's.</summary>
    /// <exception cref="IOException">The folder can't be changed.</exception>
    public void Collect(ulong before)
    {
        foreach (string name in SegmentName.Among(device.List()))
        {
            if (SegmentName.TryParse(name, out ulong number) && number < before && !_stopping)
            {
                device.Delete(name);
                device.SyncDirectory();
                Volatile.Write(ref _oldest, number + 1);
            }
        }

        Volatile.Write(ref _oldest, Math.Max(_oldest, before));
        if (!_stopping && snapshots.RemoveSuperseded() > 0)
        {
            device.SyncDirectory();
        }
    }

    /// <summary>Breaks off between two files and waits for the end.</summary>
    public void Dispose()
    {
        _stopping = true;
        _running?.Wait();
    }

    private void Run()
    {
        while (true)
        {
            ulong before;
            lock (_gate)
            {
                before = _before;
            }

            try
            {
                Collect(before);
                _failure = null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _failure = e as IOException ?? new IOException(e.Message, e);
            }

            lock (_gate)
            {
                if (_before == before || _stopping)
                {
                    _busy = false;
                    return;
                }
            }
        }
    }
}
