using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Tests;

/// <summary>
/// Stands between a dialer and a listener. Can lose the listener's side of its connections while the dialer's side stays, as when a
/// firewall forgot it: what the dialer sends then is answered with a reset.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly EndPoint _to;
    private readonly Socket _listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<(Socket Dialer, Socket Listener)> _pairs = [];
    private readonly Task _accepting;

    public Relay(EndPoint to)
    {
        _to = to;
        _listening.Bind(Ends.AnyPort);
        _listening.Listen();
        _accepting = AcceptAsync();
    }

    public EndPoint EndPoint => _listening.LocalEndPoint!;

    public void CutListenerSide()
    {
        lock (_gate)
        {
            _pairs.ForEach(pair => pair.Listener.Dispose());
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listening.Dispose();
        lock (_gate)
        {
            foreach ((Socket dialer, Socket listener) in _pairs)
            {
                dialer.Dispose();
                listener.Dispose();
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket dialer = await _listening.AcceptAsync(_end.Token);
                var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await listener.ConnectAsync(_to, _end.Token);
                lock (_gate)
                {
                    _pairs.Add((dialer, listener));
                }

                _ = PumpAsync(dialer, listener, dialer);
                _ = PumpAsync(listener, dialer, null);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <param name="from">Read.</param>
    /// <param name="to">Written.</param>
    /// <param name="reset">Reset when <paramref name="to"/> is gone.</param>
    private async Task PumpAsync(Socket from, Socket to, Socket? reset)
    {
        byte[] bytes = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(bytes, _end.Token) is > 0 and int count)
            {
                await to.SendAsync(bytes.AsMemory(0, count), _end.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            if (reset is not null && e is not OperationCanceledException)
            {
                reset.LingerState = new LingerOption(true, 0);
                reset.Dispose();
            }
        }
    }
}
