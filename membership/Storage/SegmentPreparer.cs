using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Makes the next segment ready on a thread of its own: a file of zeros, synced, under a name without meaning. The log thread
/// then only writes the header and renames it.
/// </summary>
internal sealed class SegmentPreparer(IStorageDevice device, TimeSpan timeout) : IDisposable
{
    private const int ChunkBytes = 1024 * 1024;

    private Task<IDurableFile>? _next;
    private volatile bool _stopping;

    /// <summary>True when a segment is ready or in the making.</summary>
    public bool HasBegun => _next is not null;

    /// <summary>Begins a segment of <paramref name="bytes"/>.</summary>
    public void Begin(int bytes)
    {
        var work = new Task<IDurableFile>(() => Make(bytes), TaskCreationOptions.LongRunning);
        if (device.PreparesInline)
        {
            work.RunSynchronously(TaskScheduler.Default);
        }
        else
        {
            work.Start(TaskScheduler.Default);
        }

        _next = work;
    }

    /// <summary>
    /// Waits for the segment, makes one when none was begun, and lengthens it to <paramref name="bytes"/> when it is
    /// shorter.
    /// </summary>
    /// <exception cref="IOException">It could not be made.</exception>
    /// <exception cref="TimeoutException">It was not ready in time.</exception>
    public IDurableFile Take(int bytes)
    {
        if (_next is null)
        {
            return Make(bytes);
        }

        IDurableFile file = _next.WaitAsync(timeout).GetAwaiter().GetResult();
        _next = null;
        if (file.Length < bytes)
        {
            Zero(file, file.Length, bytes);
            file.Sync();
        }

        return file;
    }

    /// <summary>Writes zeros; not synced.</summary>
    public static void Zero(IDurableFile file, long from, long to)
    {
        byte[] zeros = new byte[(int)Math.Min(ChunkBytes, Math.Max(to - from, 0))];
        for (long at = from; at < to; at += zeros.Length)
        {
            file.Write(at, zeros.AsSpan(0, (int)Math.Min(zeros.Length, to - at)));
        }
    }

    /// <summary>Stops the work in hand.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (_next is null)
        {
            return;
        }

        try
        {
            _next.WaitAsync(timeout).GetAwaiter().GetResult().Dispose();
        }
        catch (Exception)
        {
            // The segment was never part of the log; the next open removes what is left of it.
        }

        _next = null;
    }

    private IDurableFile Make(int bytes)
    {
        IDurableFile file = device.Create(SegmentName.Next);
        try
        {
            for (long at = 0; at < bytes; at += ChunkBytes)
            {
                if (_stopping)
                {
                    throw new OperationCanceledException("the log is being closed");
                }

                Zero(file, at, Math.Min(at + ChunkBytes, bytes));
            }

            file.Sync();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
