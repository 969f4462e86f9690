using System.Diagnostics.CodeAnalysis;

namespace Cluster.Locks.Contract;

/// <summary>
/// The one-way switch behind <see cref="ILockSpace.Lost"/>: once, with a reason that can be read before the signal is seen.
/// </summary>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "Never disposed: holders may look at the token for ever, and a source without a timer has nothing to free.")]
internal sealed class LossSignal
{
    private readonly CancellationTokenSource _source = new();
    private string? _reason;

    public CancellationToken Token => _source.Token;

    public string? Reason => Volatile.Read(ref _reason);

    public bool IsLost => Reason is not null;

    /// <summary>
    /// Signals the loss; false when it was signalled before. What users registered on the token runs on the thread pool: the
    /// caller may hold a lock.
    /// </summary>
    public bool TrySignal(string reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is not null)
        {
            return false;
        }

        Task signalled = _source.CancelAsync();
        _ = signalled.ContinueWith(
            static t => _ = t.Exception, // Thrown by users' registrations; not ours to handle, but observed.
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return true;
    }

    /// <summary>The exception for an operation on <paramref name="space"/> after the loss.</summary>
    public LockLostException ToException(string space) =>
        new($"lock space '{space}' is over for this process: {Reason}; what was held is lost, join again to go on");
}
