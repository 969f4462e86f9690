using Cluster.Consensus;

namespace Cluster.Runtime.Loop;

/// <summary>
/// What waits for the loop: messages of peers, reports of the log thread, and calls. Messages beyond a bound are dropped, as the
/// network might have done; the others never are.
/// </summary>
internal sealed class Inbox
{
    /// <summary>The most messages that wait.</summary>
    public const int MaxMessages = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly ThreadSignal _signal = new();
    private InboxBatch _arrived = new();
    private InboxBatch _taken = new();
    private Exception? _closed;
    private bool _sleeping;
    private bool _poked;

    /// <summary>Puts in a message of a peer's engine.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryPost(in RaftMessage message)
    {
        bool wake;
        lock (_gate)
        {
            if (!HasRoom)
            {
                return false;
            }

            _arrived.RaftMessages.Add(message);
            wake = IsToBeWoken();
        }

        Wake(wake);
        return true;
    }

    /// <summary>Puts in another message of a peer.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryPost(PeerMessage message)
    {
        bool wake;
        lock (_gate)
        {
            if (!HasRoom)
            {
                return false;
            }

            _arrived.Messages.Add(message);
            wake = IsToBeWoken();
        }

        Wake(wake);
        return true;
    }

    /// <summary>Puts in a report of the log thread: all writes up to this ticket are on disk.</summary>
    public void PostPersisted(ulong ticket)
    {
        bool wake;
        lock (_gate)
        {
            _arrived.Persisted = Math.Max(_arrived.Persisted, ticket);
            wake = IsToBeWoken();
        }

        Wake(wake);
    }

    /// <summary>Puts in a call; abandons it when the loop has ended.</summary>
    public void Post(LoopCall call)
    {
        bool wake = false;
        Exception? closed;
        lock (_gate)
        {
            closed = _closed;
            if (closed is null)
            {
                _arrived.Calls.Add(call);
                wake = IsToBeWoken();
            }
        }

        if (closed is not null)
        {
            call.Abandon(closed);
        }

        Wake(wake);
    }

    /// <summary>Wakes the loop without giving it anything.</summary>
    public void Poke()
    {
        bool wake;
        lock (_gate)
        {
            _poked = true;
            wake = IsToBeWoken();
        }

        Wake(wake);
    }

    /// <summary>Takes all that waits, after waiting for it at most for the given time.</summary>
    /// <returns>Valid until the next call. Empty when nothing came.</returns>
    public InboxBatch Take(TimeSpan patience)
    {
        _taken.Clear();
        if (!TrySwap(sleeps: patience > TimeSpan.Zero))
        {
            _signal.Wait(patience);
            TrySwap(sleeps: false);
        }

        return _taken;
    }

    /// <summary>Takes nothing more; what waits is abandoned.</summary>
    public void Close(Exception reason)
    {
        List<LoopCall> left;
        lock (_gate)
        {
            _closed ??= reason;
            left = [.. _arrived.Calls];
            _arrived.Clear();
        }

        foreach (LoopCall call in left)
        {
            call.Abandon(reason);
        }
    }

    private bool HasRoom => _closed is null && _arrived.RaftMessages.Count + _arrived.Messages.Count < MaxMessages;

    /// <summary>Takes what waits.</summary>
    /// <param name="sleeps">When nothing waits, the next one to put something in has to wake the loop.</param>
    /// <returns>False when the loop is to sleep.</returns>
    private bool TrySwap(bool sleeps)
    {
        lock (_gate)
        {
            _sleeping = sleeps && !_poked && _arrived.IsEmpty;
            if (_sleeping)
            {
                return false;
            }

            _poked = false;
            (_arrived, _taken) = (_taken, _arrived);
            return true;
        }
    }

    /// <summary>True for the first that comes while the loop sleeps; under the lock.</summary>
    private bool IsToBeWoken()
    {
        bool was = _sleeping;
        _sleeping = false;
        return was;
    }

    // Outside the lock, so that the woken thread does not run into it.
    private void Wake(bool wake)
    {
        if (wake)
        {
            _signal.Set();
        }
    }
}
