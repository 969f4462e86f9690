using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>
/// Makes the next segment ready on a thread of its own: a file of zeros, synced, under a name without meaning. The log thread
/// then only writes the header and renames it. A full disk is met here, long before a record would need the space.
/// </summary>
internal sealed class SegmentPreparer(IStorageDevice device, TimeSpan timeout, bool singleThreaded) : IDisposable
{
    private const int ChunkBytes = 1024 * 1024;

    private Task<IDurableFile>? _next;
    private volatile bool _stopping;

    /// <summary>True when a segment is ready or in the making.</summary>
    public bool HasBegun => _next is not null && Failure is null;

    /// <summary>The last attempt found no space; null when it did, or is under way.</summary>
    public DiskFullException? Failure => _next is { IsFaulted: true } failed ? failed.Exception!.InnerException as DiskFullException : null;

    /// <summary>Begins a segment of <paramref name="bytes"/>.</summary>
    public void Begin(int bytes)
    {
        if (singleThreaded)
        {
            _next = Completed(bytes);
            return;
        }

        _next = Task.Factory.StartNew(
            () => Make(bytes), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>
    /// Waits for the segment, makes one when none was begun or there was no space (it may have been made meanwhile, and nothing of
    /// the failed attempt is used again), and lengthens it to <paramref name="bytes"/> when it is shorter.
    /// </summary>
    /// <exception cref="IOException">It could not be made.</exception>
    /// <exception cref="TimeoutException">It was not ready in time.</exception>
    public IDurableFile Take(int bytes)
    {
        if (_next is null)
        {
            return Make(bytes);
        }

        // Waits at most so long; WaitAny, unlike Wait, leaves a failure where it is.
        if (Task.WaitAny([_next], timeout) < 0)
        {
            throw new TimeoutException($"the next segment was not ready within {timeout.TotalSeconds:0.#} s: the disk hangs");
        }

        bool noSpace = Failure is not null;
        Task<IDurableFile> next = _next;
        _next = null;
        IDurableFile file = noSpace ? Make(bytes) : next.GetAwaiter().GetResult();
        if (file.Length < bytes)
        {
            try
            {
                Zero(file, file.Length, bytes);
                file.Sync();
            }
            catch (DiskFullException)
            {
                file.Dispose();
                throw NoSpace(bytes);
            }
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

        // At most so long: a disk that hangs must not keep the process from ending.
        if (Task.WaitAny([_next], timeout) >= 0 && _next.IsCompletedSuccessfully)
        {
            // Never part of the log; the next open removes what is left of it.
            _next.Result.Dispose();
        }

        _next = null;
    }

    private Task<IDurableFile> Completed(int bytes)
    {
        try
        {
            return Task.FromResult(Make(bytes));
        }
        catch (IOException e)
        {
            return Task.FromException<IDurableFile>(e);
        }
    }

    private DiskFullException NoSpace(int bytes) => new(device.Describe(string.Empty), "preparing the log's next segment", bytes);

    private IDurableFile Make(int bytes)
    {
        // What an attempt before left.
        device.Delete(SegmentName.Next);
        IDurableFile? file = null;
        try
        {
            file = device.Create(SegmentName.Next);
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
        catch (Exception e)
        {
            file?.Dispose();
            if (e is not DiskFullException)
            {
                throw;
            }

            // What was zeroed of it is of no use, and others may need the space.
            device.Delete(SegmentName.Next);
            throw NoSpace(bytes);
        }
    }
}
