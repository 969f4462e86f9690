using Microsoft.Win32.SafeHandles;

namespace Cluster.Runtime.Loop;

/// <summary>
/// Wakes one thread (eventfd(2)). A monitor takes six times as long, and a commit passes four such changes of threads. Closed with
/// its last user: anybody may still hold it when the thread has ended.
/// </summary>
internal sealed class ThreadSignal
{
    private readonly SafeFileHandle _event = NativeMethods.OpenEvent();

    /// <summary>Wakes the waiting thread, or the next one that waits. Several calls may count as one.</summary>
    public void Set() => NativeMethods.RaiseEvent(_event);

    /// <summary>Waits until <see cref="Set"/> is called, at most the given time; may also return early.</summary>
    /// <param name="patience">How long at most; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    public void Wait(TimeSpan patience) => NativeMethods.AwaitEvent(_event, patience);
}
