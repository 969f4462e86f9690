namespace Cluster.Transport;

/// <summary>Frames that wait to be sent: bounded, never blocking, with one waiter.</summary>
internal sealed class SendQueue(LinkOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<QueuedFrame> _frames = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private bool _signalled;
    private long _bytes;
    private long _dropped;

    /// <summary>Frames that wait.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _frames.Count;
            }
        }
    }

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Frames that found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds a frame, or drops by the policy.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="overflowed">True when anything was dropped.</param>
    /// <returns>False when this frame was dropped.</returns>
    public bool Add(QueuedFrame frame, out bool overflowed)
    {
        bool added = true;
        overflowed = false;
        lock (_gate)
        {
            while (_frames.Count > 0 && IsFullFor(frame))
            {
                overflowed = true;
                _dropped++;
                if (options.Overflow == QueueOverflow.DropNewest)
                {
                    added = false;
                    break;
                }

                _bytes -= _frames.Dequeue().Length;
            }

            if (added)
            {
                _frames.Enqueue(frame);
                _bytes += frame.Length;
            }
        }

        return added;
    }

    /// <summary>Takes out all that waits, in order.</summary>
    public QueuedFrame[] TakeAll()
    {
        lock (_gate)
        {
            QueuedFrame[] all = [.. _frames];
            _frames.Clear();
            _bytes = 0;
            return all;
        }
    }

    /// <summary>Wakes who waits for frames.</summary>
    public void Signal()
    {
        lock (_gate)
        {
            if (!_signalled)
            {
                _signalled = true;
                _arrived.Release();
            }
        }
    }

    /// <summary>Waits until frames wait.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_frames.Count > 0)
                {
                    return;
                }
            }

            await _arrived.WaitAsync(cancellation).ConfigureAwait(false);
            lock (_gate)
            {
                _signalled = false;
            }
        }
    }

    /// <summary>
    /// Moves frames, at least one and up to about <paramref name="maxBytes"/>, into the connection's output buffer.
    /// </summary>
    /// <returns>How many.</returns>
    public int MoveTo(FrameConnection connection, int maxBytes)
    {
        int count = 0;
        while (count == 0 || connection.BufferedBytes < maxBytes)
        {
            QueuedFrame frame;
            lock (_gate)
            {
                if (!_frames.TryDequeue(out frame))
                {
                    break;
                }

                _bytes -= frame.Length;
            }

            frame.BufferTo(connection);
            count++;
        }

        return count;
    }

    /// <inheritdoc/>
    public void Dispose() => _arrived.Dispose();

    private bool IsFullFor(QueuedFrame frame) =>
        _frames.Count >= options.MaxQueuedFrames || _bytes + frame.Length > options.MaxQueuedBytes;
}
