using System.Net;
using System.Net.Sockets;

namespace Cluster.Runtime.Tests.Support;

/// <summary>
/// Stands for the network between a node and one of its peers' addresses: carries TCP and UDP from a port of its own to the peer's, until it is cut. A cut
/// path carries nothing and says nothing, as a broken switch does.
/// </summary>
internal sealed class PathRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Socket _datagrams;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _tasks = [];
    private volatile TaskCompletionSource _open = Opened();
    private long _carried;

    public PathRelay(int targetPort, int? port = null)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        Port = port ?? FreePorts.Take();
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        Own(AcceptAsync());
        Own(CarryDatagramsAsync());
    }

    public int Port { get; }

    /// <summary>Bytes of connections that were carried towards the peer.</summary>
    public long Carried => Interlocked.Read(ref _carried);

    /// <summary>False: datagrams are dropped, as where a firewall lets only TCP through.</summary>
    public bool CarriesDatagrams { get; set; } = true;

    public void Cut() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        if (_end.IsCancellationRequested)
        {
            return;
        }

        await _end.CancelAsync();
        Mend();
        _listener.Dispose();
        _datagrams.Dispose();
        Task[] tasks;
        lock (_tasks)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
        _end.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private void Own(Task task)
    {
        lock (_tasks)
        {
            _tasks.Add(task);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient from = await _listener.AcceptTcpClientAsync(_end.Token);
                Own(CarryAsync(from));
            }
        }
        catch (Exception) when (_end.IsCancellationRequested)
        {
        }
    }

    private async Task CarryAsync(TcpClient from)
    {
        using var to = new TcpClient();
        try
        {
            await _open.Task.WaitAsync(_end.Token);
            await to.ConnectAsync(_target, _end.Token);
            await Task.WhenAny(PumpAsync(from, to, count: true), PumpAsync(to, from, count: false));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
        }
        finally
        {
            from.Dispose();
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool count)
    {
        try
        {
            byte[] buffer = new byte[64 * 1024];
            while (await from.GetStream().ReadAsync(buffer, _end.Token) is > 0 and var bytes)
            {
                await _open.Task.WaitAsync(_end.Token);
                Interlocked.Add(ref _carried, count ? bytes : 0);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, bytes), _end.Token);
            }
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }

    private async Task CarryDatagramsAsync()
    {
        byte[] buffer = new byte[2048];
        while (!_end.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await _datagrams.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _end.Token);
                if (_open.Task.IsCompleted && CarriesDatagrams)
                {
                    await _datagrams.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), SocketFlags.None, _target, _end.Token);
                }
            }
            catch (SocketException)
            {
                // The peer is not there: what was sent to it is lost.
            }
            catch (Exception) when (_end.IsCancellationRequested)
            {
            }
        }
    }
}
