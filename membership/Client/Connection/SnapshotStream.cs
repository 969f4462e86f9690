using System.Runtime.CompilerServices;

namespace Cluster.Client.Connection;

/// <summary>
/// The newest snapshot, and a stream of those that follow. Only the newest is kept: a reader that is slow finds it, not all that it missed, and
/// costs nothing meanwhile. One writer, under the session's lock; any number of readers.
/// </summary>
internal sealed class SnapshotStream
{
    private readonly Lock _gate = new();
    private MembershipSnapshot _current = MembershipSnapshot.None;
    private TaskCompletionSource? _next;
    private Exception? _end;

    /// <summary>The newest; <see cref="MembershipSnapshot.None"/> before the first.</summary>
    public MembershipSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Makes this the newest.</summary>
    public void Publish(MembershipSnapshot snapshot)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            Volatile.Write(ref _current, snapshot);
            waiting = _next;
            _next = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>There will be no more.</summary>
    public void Complete(Exception reason)
    {
        TaskCompletionSource? waiting;
        lock (_gate)
        {
            _end ??= reason;
            waiting = _next;
            _next = null;
        }

        waiting?.TrySetResult();
    }

    /// <summary>The newest snapshot and those that follow, with growing versions.</summary>
    public async IAsyncEnumerable<MembershipSnapshot> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        long seen = 0;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            Task next;
            MembershipSnapshot newest;
            lock (_gate)
            {
                newest = _current;
                if (newest.Version == seen && _end is { } end)
                {
                    throw Refusal(end);
                }

                next = (_next ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            if (newest.Version > seen)
            {
                seen = newest.Version;
                yield return newest;
            }
            else
            {
                await next.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a caller is thrown when the client has ended for this reason: an exception of its own, with its own stack.</summary>
    public static Exception Refusal(Exception reason) => reason is ObjectDisposedException
        ? new ObjectDisposedException(nameof(MembershipClient), "the membership client was disposed")
        : new MembershipException(reason.Message, reason);
}
