namespace Cluster.Runtime.Loop;

/// <summary>
/// What waits for the loop: messages of peers and calls. Messages beyond a bound are dropped, as the network might have done;
/// calls never are.
/// </summary>
internal sealed class Inbox
{
    /// <summary>The most messages that wait.</summary>
    public const int MaxMessages = 16 * 1024;

    private readonly object _gate = new();
    private List<LoopInput> _arrived = [];
    private List<LoopInput> _taken = [];
    private int _messages;
    private Exception? _closed;
    private bool _poked;

    /// <summary>Puts in a peer's message: the engine's, or another.</summary>
    /// <returns>False when it was dropped.</returns>
    public bool TryPost(in LoopInput message)
    {
        lock (_gate)
        {
            if (_messages == MaxMessages || _closed is not null)
            {
                return false;
            }

            _messages++;
            Add(message);
            return true;
        }
    }

    /// <summary>Puts in a call; abandons it when the loop has ended.</summary>
    public void Post(LoopCall call)
    {
        Exception? closed;
        lock (_gate)
        {
            closed = _closed;
            if (closed is null)
            {
                Add(new LoopInput(call));
            }
        }

        if (closed is not null)
        {
            call.Abandon(closed);
        }
    }

    /// <summary>Wakes the loop without giving it anything.</summary>
    public void Poke()
    {
        lock (_gate)
        {
            _poked = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes all that waits, after waiting for it at most for the given time.</summary>
    /// <returns>In order of arrival; valid until the next call. Empty when nothing came.</returns>
    public List<LoopInput> Take(TimeSpan patience)
    {
        _taken.Clear();
        lock (_gate)
        {
            if (_arrived.Count == 0 && !_poked && patience > TimeSpan.Zero)
            {
                // Rounded up: waking a little early would only wait again.
                Monitor.Wait(_gate, (int)Math.Ceiling(patience.TotalMilliseconds));
            }

            _poked = false;
            _messages = 0;
            (_arrived, _taken) = (_taken, _arrived);
        }

        return _taken;
    }

    /// <summary>Takes nothing more; what waits is abandoned.</summary>
    public void Close(Exception reason)
    {
        List<LoopInput> left;
        lock (_gate)
        {
            _closed ??= reason;
            left = [.. _arrived];
            _arrived.Clear();
        }

        foreach (LoopCall call in left.Select(input => input.Item).OfType<LoopCall>())
        {
            call.Abandon(reason);
        }
    }

    private void Add(in LoopInput input)
    {
        _arrived.Add(input);
        if (_arrived.Count == 1)
        {
            Monitor.Pulse(_gate);
        }
    }
}
