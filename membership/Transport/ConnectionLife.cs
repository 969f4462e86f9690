namespace Cluster.Transport;

/// <summary>
/// The life of one outbound connection: ends once, for the first reason given, and ends by itself when a write takes too long.
/// </summary>
internal sealed class ConnectionLife : IDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Lock _gate = new();
    private readonly Timer _writeDeadline;
    private string? _reason;
    private long _writeBegan = long.MaxValue;
    private bool _disposed;

    public ConnectionLife(CancellationToken disposal)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(disposal);
        Token = _end.Token;
        _writeDeadline = new Timer(_ => End("the other end took no data in time"));
    }

    /// <summary>Cancelled at the end.</summary>
    public CancellationToken Token { get; }

    /// <summary>Completes when all that waited for the end has been told; to be read after <see cref="End"/>.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Why it ended.</summary>
    public string Reason
    {
        get
        {
            lock (_gate)
            {
                return _reason ?? "closed by this end";
            }
        }
    }

    /// <summary>Starts the deadline of a write.</summary>
    public void WriteBegins(TimeSpan timeout)
    {
        Volatile.Write(ref _writeBegan, Environment.TickCount64);
        _writeDeadline.Change(timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops the deadline.</summary>
    public void WriteEnded()
    {
        Volatile.Write(ref _writeBegan, long.MaxValue);
        _writeDeadline.Change(Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Ends the connection when its present write has taken longer than <paramref name="grace"/>.</summary>
    public void EndIfStuck(TimeSpan grace)
    {
        long began = Volatile.Read(ref _writeBegan);
        if (began != long.MaxValue && Environment.TickCount64 - began > grace.TotalMilliseconds)
        {
            End("the send queue overflowed while the other end took no data");
        }
    }

    /// <summary>Ends it; only the first reason counts.</summary>
    public void End(string reason)
    {
        lock (_gate)
        {
            if (_disposed || _reason is not null)
            {
                return;
            }

            _reason = reason;

            // Runs what waits for the end on other threads than the caller's.
            Ended = _end.CancelAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
        }

        _writeDeadline.Dispose();
        _end.Dispose();
    }
}
