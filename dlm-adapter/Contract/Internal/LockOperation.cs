namespace Cluster.Locks.Contract;

/// <summary>
/// One request or conversion in flight. Guarded by the lock that owns it. The waiter exists only when the operation did not end
/// in the call that started it: a lock that is granted at once costs no task.
/// </summary>
internal sealed class LockOperation(LockMode mode)
{
    private TaskCompletionSource? _waiter;
    private bool _done;

    public LockMode Mode { get; } = mode;

    public Exception? Error { get; private set; }

    /// <summary>Why its user gave it up; null while he has not.</summary>
    public Exception? GivenUp { get; set; }

    public void Complete(Exception? error)
    {
        if (_done)
        {
            return;
        }

        _done = true;
        Error = error;
        if (error is null)
        {
            _waiter?.SetResult();
        }
        else
        {
            _waiter?.SetException(error);
        }
    }

    /// <summary>What to wait for; null when the operation is done.</summary>
    public Task? Wait()
    {
        if (_done)
        {
            return null;
        }

        _waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiter.Task;
    }
}
