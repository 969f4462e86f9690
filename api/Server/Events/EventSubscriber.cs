using System.Threading.Tasks.Sources;
using Cluster.Membership;

namespace Cluster.Api.Server.Events;

/// <summary>
/// One stream's place in the order of events. This is all that a stream costs the hub: no timer, no thread, no queue. What is marked so is guarded by the hub's lock.
/// </summary>
/// <param name="position">Events up to here are not sent.</param>
/// <param name="abort">Cuts the connection.</param>
internal sealed class EventSubscriber(EventPosition position, Action abort) : IValueTaskSource
{
    // Where the hub wakes it: the hub decides how many run at a time.
    private ManualResetValueTaskSourceCore<bool> _wake = new() { RunContinuationsAsynchronously = false };
    private long _blockedSince;

    /// <summary>The last event that was sent.</summary>
    public EventPosition Position { get; set; } = position;

    /// <summary>The number of the frame that is sent next. Guarded.</summary>
    public long Cursor { get; set; }

    /// <summary>Its place among those that wait; -1 while it does not wait. Guarded.</summary>
    public int WaitingAt { get; set; } = -1;

    /// <summary>Its place among all; -1 before and after. Guarded.</summary>
    public int ListedAt { get; set; } = -1;

    /// <summary>True when its request is over. Guarded.</summary>
    public bool HasLeft { get; set; }

    /// <summary>Notes whether a write waits for the reader.</summary>
    public void NoteBlocked(bool blocked) => Volatile.Write(ref _blockedSince, blocked ? Environment.TickCount64 : 0);

    /// <summary>Whether a write has waited for the reader for this long.</summary>
    public bool IsStalled(TimeSpan limit)
    {
        long since = Volatile.Read(ref _blockedSince);
        return since != 0 && Environment.TickCount64 - since >= limit.TotalMilliseconds;
    }

    /// <summary>Cuts the connection; the reader's request ends.</summary>
    public void Abort() => abort();

    /// <summary>Begins to wait. Guarded.</summary>
    public ValueTask BeginWait()
    {
        _wake.Reset();
        return new ValueTask(this, _wake.Version);
    }

    /// <summary>Ends the wait; the stream's continuation runs before this returns. Never under the hub's lock.</summary>
    public void Wake() => _wake.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _wake.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wake.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wake.OnCompleted(continuation, state, token, flags);
}
