using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Tests.Pulse;

/// <summary>Stands on a path, keeps what passes, and may hold it back.</summary>
internal sealed class Eavesdropper : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _target;
    private readonly Thread _thread;
    private volatile bool _over;

    public Eavesdropper(int targetPort)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        Port = FreePorts.Take();
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _socket.ReceiveTimeout = 50;
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public int Port { get; }

    public volatile bool IsCut;

    public ConcurrentQueue<byte[]> Passed { get; } = new();

    public void Say(byte[] datagram) => _socket.SendTo(datagram, _target);

    public void Dispose()
    {
        _over = true;
        _thread.Join();
        _socket.Dispose();
    }

    private void Run()
    {
        byte[] buffer = new byte[2048];
        while (!_over)
        {
            try
            {
                int length = _socket.Receive(buffer);
                if (!IsCut)
                {
                    Passed.Enqueue(buffer[..length]);
                    Say(buffer[..length]);
                }
            }
            catch (SocketException)
            {
                // Nothing came, or what was said before found nobody.
            }
        }
    }
}
