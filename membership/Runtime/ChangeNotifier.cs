namespace Cluster.Runtime;

/// <summary>
/// Wakes any number of waiters when something changed, without making the one who changed it pay for them: raising costs one
/// queued work item, whatever the number of waiters. Raisings in quick succession may be merged.
/// </summary>
/// <remarks>A waiter takes <see cref="Next"/>, then looks at the state, then awaits what it took: no change is missed.</remarks>
internal sealed class ChangeNotifier : IThreadPoolWorkItem
{
    private TaskCompletionSource _next = Make();
    private int _queued;
    private int _awaited;

    /// <summary>Completes after the next change.</summary>
    public Task Next
    {
        get
        {
            while (true)
            {
                TaskCompletionSource next = Volatile.Read(ref _next);
                Interlocked.Exchange(ref _awaited, 1);
                if (ReferenceEquals(next, Volatile.Read(ref _next)))
                {
                    return next.Task;
                }

                // A change came between: what was noted may have been taken for a wish for that one.
            }
        }
    }

    /// <summary>Something changed. Costs next to nothing while nobody waits.</summary>
    public void Raise()
    {
        // What changed was written before; whoever begins to wait after this look finds it.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _awaited) != 0 && Interlocked.Exchange(ref _queued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _queued, 0);
        Interlocked.Exchange(ref _awaited, 0);
        Interlocked.Exchange(ref _next, Make()).TrySetResult();
    }

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
