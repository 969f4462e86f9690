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

    /// <summary>Completes after the next change.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    /// <summary>Something changed.</summary>
    public void Raise()
    {
        if (Interlocked.Exchange(ref _queued, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Interlocked.Exchange(ref _queued, 0);
        Interlocked.Exchange(ref _next, Make()).TrySetResult();
    }

    private static TaskCompletionSource Make() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
