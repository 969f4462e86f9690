using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Cluster.Transport;

/// <summary>
/// One connection of an <see cref="OutboundLink"/>: a queue, and a loop that connects, sends, and begins again.
/// </summary>
internal sealed class OutboundChannel : IAsyncDisposable
{
    private const int MostFailures = 16;

    private readonly LinkOptions _options;
    private readonly uint _remote;
    private readonly EndPoint _endPoint;
    private readonly LinkPriority _priority;
    private readonly Action<LinkStatus>? _changed;
    private readonly SendQueue _queue;
    private readonly CancellationTokenSource _disposal = new();
    private readonly Task _loop;
    private FrameSender? _sender;
    private Socket? _socket;
    private IPEndPoint? _remoteEndPoint;
    private IPEndPoint? _localEndPoint;
    private ulong _remoteSession;
    private long _connects;
    private string? _lastError;
    private readonly SendCounters _counters = new();

    public OutboundChannel(
        LinkOptions options, uint remote, EndPoint endPoint, LinkPriority priority, Action<LinkStatus>? changed)
    {
        _options = options;
        _remote = remote;
        _endPoint = endPoint;
        _priority = priority;
        _changed = changed;
        _queue = new SendQueue(options);
        _loop = Task.Run(RunAsync);
    }

    public LinkStatus Status => new(
        _remote,
        _priority,
        Volatile.Read(ref _sender) is not null,
        Volatile.Read(ref _remoteSession),
        Volatile.Read(ref _connects),
        Volatile.Read(ref _lastError),
        _counters.Frames,
        _counters.Bytes,
        _queue.Dropped + _counters.FramesLost,
        _queue.Count,
        _queue.Bytes)
    {
        RemoteEndPoint = Volatile.Read(ref _remoteEndPoint),
        LocalEndPoint = Volatile.Read(ref _localEndPoint),
    };

    /// <summary>True while a connection stands.</summary>
    public bool IsConnected => Volatile.Read(ref _sender) is not null;

    /// <summary>How long ago the other end's kernel acknowledged anything; null when no acknowledgement is missing.</summary>
    public TimeSpan? Unacknowledged => IsConnected && Volatile.Read(ref _socket) is { } socket ? LinkSocket.Unacknowledged(socket) : null;

    /// <summary>Takes over what waits for another connection.</summary>
    public void TakeQueuedFrom(OutboundChannel other)
    {
        foreach (QueuedFrame frame in other._queue.TakeAll())
        {
            TryQueue(frame);
        }
    }

    /// <summary>Queues a frame; it may wait until <see cref="Wake"/> or <see cref="Flush"/> is called.</summary>
    public bool TryQueue(QueuedFrame frame)
    {
        if (_loop.IsCompleted)
        {
            return false;
        }

        bool added = _queue.Add(frame, out bool overflowed);
        if (overflowed)
        {
            // A queue may also fill up while the connection works. Only one that stands still is given up, or a burst
            // right after connecting would end every connection before it could send.
            Volatile.Read(ref _sender)?.EndIfStuck(_options.OverflowGrace);
        }

        return added;
    }

    /// <summary>Has what waits sent on a thread of the pool.</summary>
    public void Wake() => _queue.Signal();

    /// <summary>Sends what waits on this thread as far as the connection takes it at once, the rest on a thread of the pool.</summary>
    public void Flush()
    {
        if (_queue.Count > 0 && Volatile.Read(ref _sender)?.TrySendNow() != true)
        {
            _queue.Signal();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_loop.IsCompleted)
        {
            return;
        }

        await _disposal.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _disposal.Dispose();
    }

    private async Task RunAsync()
    {
        CancellationToken disposal = _disposal.Token;
        int failures = 0;
        while (!disposal.IsCancellationRequested)
        {
            long acceptedAt = long.MaxValue;
            try
            {
                await _queue.WaitAsync(disposal).ConfigureAwait(false);
                FrameConnection connection = await ConnectAsync(disposal).ConfigureAwait(false);
                acceptedAt = Environment.TickCount64;
                await SendAsync(connection, disposal).ConfigureAwait(false);
            }
            catch (Exception) when (disposal.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A connection that was accepted but did not last is a failure like any other.
                bool lasted = Environment.TickCount64 - acceptedAt > _options.MaxBackoff.TotalMilliseconds;
                failures = lasted ? 1 : e is LinkRefusedException ? MostFailures : Math.Min(failures + 1, MostFailures);
                Volatile.Write(ref _lastError, Explain(e));
                Report();
            }

            try
            {
                await Task.Delay(Backoff(failures), disposal).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<FrameConnection> ConnectAsync(CancellationToken disposal)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(disposal);
        deadline.CancelAfter(_options.ConnectTimeout);
        Socket socket = LinkSocket.For(_endPoint);
        Stream? stream = null;
        string step = "connecting";
        try
        {
            await socket.ConnectAsync(_endPoint, deadline.Token).ConfigureAwait(false);
            LinkSocket.Configure(socket, _options);
            stream = new NetworkStream(socket, ownsSocket: true);
            string? disproof = null;
            if (_options.Upgrade is { } upgrade)
            {
                step = "securing the connection";
                var context = new LinkUpgradeContext(IsDialer: true, socket.RemoteEndPoint, _remote);
                UpgradedStream upgraded = await upgrade(stream, context, deadline.Token).ConfigureAwait(false);
                stream = upgraded.Stream;
                disproof = upgraded.Disproof?.Invoke(_remote);
            }

            step = "waiting for the answer to the hello";
            var connection = new FrameConnection(stream, LinkHello.MaxBytes);
            if (disproof is not null)
            {
                connection.Buffer(new LinkAnswer(_options.Identity.Session, disproof).Encode());
                await connection.FlushAsync(deadline.Token).ConfigureAwait(false);
                throw new LinkRefusedException($"refused by this end: {disproof}");
            }

            connection.Buffer(new LinkHello(_options.Identity, _remote, _priority).Encode());
            await connection.FlushAsync(deadline.Token).ConfigureAwait(false);
            ReadOnlyMemory<byte>? frame = await connection.ReadAsync(deadline.Token).ConfigureAwait(false);
            LinkAnswer answer = (frame is { } bytes ? LinkAnswer.TryDecode(bytes.Span) : null)
                ?? throw new FrameException("the hello was not answered by a listener of this kind");
            if (answer.Refusal is not null)
            {
                throw new LinkRefusedException($"refused: {answer.Refusal}");
            }

            connection.MaxFrameBytes = _options.MaxFrameBytes;
            Volatile.Write(ref _remoteSession, answer.Session);
            Volatile.Write(ref _remoteEndPoint, socket.RemoteEndPoint as IPEndPoint);
            Volatile.Write(ref _localEndPoint, socket.LocalEndPoint as IPEndPoint);
            Volatile.Write(ref _socket, socket);
            return connection;
        }
        catch (Exception e)
        {
            await LinkSocket.CloseAsync(stream, socket).ConfigureAwait(false);
            if (e is OperationCanceledException && !disposal.IsCancellationRequested)
            {
                throw new TimeoutException($"{step} took longer than {_options.ConnectTimeout.TotalMilliseconds:F0} ms");
            }

            throw;
        }
    }

    private async Task SendAsync(FrameConnection connection, CancellationToken disposal)
    {
        await using ConfiguredAsyncDisposable _ = connection.ConfigureAwait(false);
        using var life = new ConnectionLife(disposal);
        var sender = new FrameSender(_queue, connection, life, _options, _counters);
        Volatile.Write(ref _connects, _connects + 1);
        Volatile.Write(ref _sender, sender);
        Report();
        Task watch = WatchAsync(connection, life);
        try
        {
            while (true)
            {
                await _queue.WaitAsync(life.Token).ConfigureAwait(false);
                await sender.SendAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!disposal.IsCancellationRequested)
        {
            throw new IOException(life.Reason);
        }
        finally
        {
            Volatile.Write(ref _sender, null);
            life.End("closed by this end");
            await watch.ConfigureAwait(false);
            await life.Ended.ConfigureAwait(false);
            await sender.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>After the hello the listener sends nothing: whatever the read returns is the end of the connection.</summary>
    private static async Task WatchAsync(FrameConnection connection, ConnectionLife life)
    {
        string reason;
        try
        {
            ReadOnlyMemory<byte>? frame = await connection.ReadAsync(life.Token).ConfigureAwait(false);
            reason = frame is null ? "the listener closed the connection" : "the listener sent what it must not send";
        }
        catch (Exception e)
        {
            // Whatever it is, the connection is of no use without someone who sees its end.
            reason = e.Message;
        }

        life.End(reason);
    }

    private TimeSpan Backoff(int failures)
    {
        double longest = _options.MinBackoff.TotalMilliseconds * Math.Pow(2, failures - 1);
        longest = Math.Min(longest, _options.MaxBackoff.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (1 - (Random.Shared.NextDouble() / 2)));
    }

    private string Explain(Exception e) => $"node {_remote} at {_endPoint}: {e.Message}";

    private void Report()
    {
        try
        {
            _changed?.Invoke(Status);
        }
        catch (Exception e)
        {
            // The link must outlive its observer.
            Volatile.Write(ref _lastError, $"the observer of the link to node {_remote} failed: {e.Message}");
        }
    }
}
