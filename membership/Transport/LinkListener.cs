using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport;

/// <summary>
/// The receiving end of all links to this node: accepts connections whose hello fits and hands their frames to an
/// <see cref="ILinkReceiver"/>. Everyone else is told why not.
/// </summary>
public sealed class LinkListener : IAsyncDisposable
{
    private static readonly TimeSpan DisposalTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly LinkOptions _options;
    private readonly ILinkReceiver _receiver;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _disposal = new();
    private readonly Dictionary<LinkPeer, InboundConnection> _current = [];
    private readonly HashSet<InboundConnection> _all = [];
    private readonly Task _accepting;
    private int _pending;
    private int _readers;
    private string? _lastError;

    private LinkListener(LinkOptions options, Socket socket, ILinkReceiver receiver)
    {
        _options = options;
        _socket = socket;
        _receiver = receiver;
        EndPoint = socket.LocalEndPoint!;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens; a port of 0 is replaced by the real one.</summary>
    public EndPoint EndPoint { get; }

    /// <summary>The peers that are connected now.</summary>
    public IReadOnlyList<LinkPeer> Peers
    {
        get
        {
            lock (_gate)
            {
                return [.. _current.Where(pair => pair.Value.IsAccepted).Select(pair => pair.Key)];
            }
        }
    }

    /// <summary>The last failure to accept a connection at all (e.g. no descriptors left); null when there was none.</summary>
    public string? LastError => Volatile.Read(ref _lastError);

    /// <summary>Binds and begins to accept.</summary>
    /// <exception cref="IOException">The endpoint can't be bound.</exception>
    public static LinkListener Start(LinkOptions options, EndPoint endPoint, ILinkReceiver receiver)
    {
        options.Identity.Validate();
        Socket socket = LinkSocket.For(endPoint);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(512);
            return Over(options, socket, receiver);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"node {options.Identity.Node} can't listen at {endPoint}: {e.Message}. Give it "
                + "an address of this machine and a port that nothing else uses", e);
        }
    }

    /// <summary>Begins to accept at a socket that listens already.</summary>
    internal static LinkListener Over(LinkOptions options, Socket socket, ILinkReceiver receiver) => new(options, socket, receiver);

    /// <summary>Stops listening and closes all connections; no frame is handed over once it has returned.</summary>
    /// <exception cref="TimeoutException">A call to the receiver does not return.</exception>
    public async ValueTask DisposeAsync()
    {
        if (_disposal.IsCancellationRequested)
        {
            return;
        }

        await _disposal.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
        Task[] running;
        lock (_gate)
        {
            running = [.. _all.Select(connection => connection.Completion)];
        }

        try
        {
            await Task.WhenAll(running).WaitAsync(DisposalTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"a receiver of node {_options.Identity.Node} did not return within {DisposalTimeout.TotalSeconds:F0} s; it must not wait",
                e);
        }
    }

    /// <summary>
    /// Asks <see cref="LinkOptions.Admission"/> again about every connection that stands, and ends those that it refuses now.
    /// </summary>
    public async ValueTask ReconsiderAsync()
    {
        InboundConnection[] standing;
        lock (_gate)
        {
            standing = [.. _current.Values];
        }

        foreach (InboundConnection connection in standing)
        {
            if (connection.Peer is { } peer && _options.Admission?.Invoke(peer) is { } refusal)
            {
                await connection.EndAsync(refusal).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes one of the threads that connections may have for themselves; false when none is left.</summary>
    internal bool TryTakeReader()
    {
        if (Interlocked.Increment(ref _readers) <= _options.ReaderThreads)
        {
            return true;
        }

        Interlocked.Decrement(ref _readers);
        return false;
    }

    /// <summary>Gives it back.</summary>
    internal void ReturnReader() => Interlocked.Decrement(ref _readers);

    /// <summary>Makes a connection the current one of its peer.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="connection">Its connection.</param>
    /// <param name="before">The one that it takes the place of, or null.</param>
    /// <returns>False when a connection that was accepted later is there already: hellos may overtake each other.</returns>
    internal bool TryReplace(LinkPeer peer, InboundConnection connection, out InboundConnection? before)
    {
        lock (_gate)
        {
            if (_current.TryGetValue(peer, out before) && before.Number > connection.Number)
            {
                return false;
            }

            _current[peer] = connection;
            return true;
        }
    }

    /// <summary>A connection's hello was decided about.</summary>
    internal void HelloIsOver() => Interlocked.Decrement(ref _pending);

    /// <summary>Forgets a connection that ended.</summary>
    internal void Forget(InboundConnection connection)
    {
        lock (_gate)
        {
            _all.Remove(connection);
            if (connection.Peer is { } peer
                && _current.TryGetValue(peer, out InboundConnection? current)
                && current == connection)
            {
                _current.Remove(peer);
            }
        }
    }

    private void TurnAway(Socket socket, string reason)
    {
        Volatile.Write(ref _lastError, reason);
        EndPoint? remote = socket.RemoteEndPoint;
        socket.Dispose();
        try
        {
            _receiver.Refused(remote, reason);
        }
        catch (Exception)
        {
            // The listener must outlive its receiver's failures.
        }
    }

    private async Task AcceptAsync()
    {
        long number = 0;
        while (!_disposal.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync(_disposal.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _pending) > _options.MaxPendingHellos)
                {
                    Interlocked.Decrement(ref _pending);
                    TurnAway(socket, $"more than {_options.MaxPendingHellos} connections came without a hello");
                    continue;
                }

                var connection = new InboundConnection(this, socket, ++number, _options, _receiver, _disposal.Token);
                lock (_gate)
                {
                    _all.Add(connection);
                }

                connection.Start();
            }
            catch (Exception) when (_disposal.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                // Out of descriptors, or the other end was gone at once: neither may end the listener.
                Volatile.Write(ref _lastError, e.Message);
                await Task.Delay(50).ConfigureAwait(false);
            }
        }
    }
}
