using System.Net;
using System.Net.Sockets;

namespace Cluster.Locks.Tests.Support;

/// <summary>
/// A wire that can be cut: listens on loopback and passes bytes on to a target. <see cref="Cut"/> breaks every connection and
/// refuses new ones until <see cref="Heal"/>; <see cref="Flap"/> only breaks those that exist.
/// </summary>
public sealed class TcpCut : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Socket> _sockets = [];
    private readonly Socket _listener;
    private readonly Func<IPEndPoint> _target;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private bool _cut;
    private long _bytes;

    public TcpCut(Func<IPEndPoint> target)
    {
        _target = target;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _accepting = AcceptAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Bytes that went through.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Cut()
    {
        lock (_gate)
        {
            _cut = true;
        }

        Flap();
    }

    public void Heal()
    {
        lock (_gate)
        {
            _cut = false;
        }
    }

    public void Flap()
    {
        lock (_gate)
        {
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }

            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> pumps = [];
        try
        {
            while (true)
            {
                Socket inbound = await _listener.AcceptAsync(_stop.Token);
                pumps.Add(PassAsync(inbound));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the wire.
        }

        Flap();
        await Task.WhenAll(pumps);
    }

    private async Task PassAsync(Socket inbound)
    {
        Socket outbound = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            lock (_gate)
            {
                if (_cut || _stop.IsCancellationRequested)
                {
                    inbound.Dispose();
                    outbound.Dispose();
                    return;
                }

                _sockets.Add(inbound);
                _sockets.Add(outbound);
            }

            inbound.NoDelay = true;
            outbound.NoDelay = true;
            await outbound.ConnectAsync(_target());
            await Task.WhenAny(CopyAsync(inbound, outbound), CopyAsync(outbound, inbound));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or the target is gone.
        }
        finally
        {
            inbound.Dispose();
            outbound.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer, SocketFlags.None);
                if (read == 0)
                {
                    return;
                }

                int sent = 0;
                while (sent < read)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), SocketFlags.None);
                }

                Interlocked.Add(ref _bytes, read);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
