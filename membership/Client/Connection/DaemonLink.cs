using System.Net.Sockets;
using System.Threading.Channels;
using Cluster.Client.Protocol;

namespace Cluster.Client.Connection;

/// <summary>
/// Keeps one connection to the daemon, on a thread of its own: a thread pool that is busy with the application's work must not
/// make the lease run out.
/// </summary>
internal sealed class DaemonLink : IDisposable
{
    private static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BackoffMax = TimeSpan.FromMilliseconds(200);

    private readonly string _path;
    private readonly ClientSession _session;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _stop = new();
    private Socket? _socket;
    private bool _welcomed;
    private ChannelWriter<byte[]>? _outgoing;

    public DaemonLink(string path, ClientSession session)
    {
        _path = path;
        _session = session;
        _thread = new Thread(Run) { IsBackground = true, Name = "cluster client" };
    }

    public void Start() => _thread.Start();

    /// <summary>
    /// Queues a message for the present connection; drops it when there is none (the session repeats it on the next).
    /// </summary>
    public void Send(byte[] frame)
    {
        lock (_gate)
        {
            _outgoing?.TryWrite(frame);
        }
    }

    /// <summary>Closes the connection for good and waits for the thread.</summary>
    public void Dispose()
    {
        _stop.Set();
        lock (_gate)
        {
            Close();
        }

        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        TimeSpan backoff = BackoffMin;
        while (!_stop.IsSet)
        {
            _welcomed = false;
            string problem;
            try
            {
                Serve();
                problem = "the daemon closed the connection";
            }
            catch (MembershipException e)
            {
                _session.Fail(e);
                return;
            }
            catch (Exception e) when (e is IOException or SocketException or InvalidDataException or ObjectDisposedException
                or Google.Protobuf.InvalidProtocolBufferException)
            {
                problem = e.Message;
            }
            catch (Exception e)
            {
                _session.Fail(new MembershipException($"the membership client failed: {e.Message}", e));
                return;
            }

            _session.Disconnected($"{_path}: {problem}");
            backoff = _welcomed ? BackoffMin : backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
            _stop.Wait(backoff);
        }
    }

    /// <summary>One connection, from connect to its end.</summary>
    private void Serve()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Channel<byte[]> outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            if (_stop.IsSet)
            {
                return;
            }

            _socket = socket;
        }

        socket.Connect(new UnixDomainSocketEndPoint(_path));
        using var stream = new NetworkStream(socket);
        Task writer = WriteAsync(socket, outgoing.Reader);
        try
        {
            outgoing.Writer.TryWrite(MemberFrames.Encode(new ClientMessage { Hello = _session.MakeHello() }));
            var frames = new MemberFrames(stream, MemberFrames.MaxServerBytes);
            while (frames.Read() is { } frame)
            {
                ServerMessage message = ServerMessage.Parser.ParseFrom(frame.Span);
                if (message.KindCase == ServerMessage.KindOneofCase.Welcome)
                {
                    _welcomed = true;
                    lock (_gate)
                    {
                        _outgoing = outgoing.Writer;
                    }
                }

                _session.Take(message);
            }
        }
        finally
        {
            lock (_gate)
            {
                Close();
            }

            outgoing.Writer.TryComplete();
            writer.GetAwaiter().GetResult();
        }
    }

    private void Close()
    {
        _outgoing = null;
        _socket?.Dispose();
        _socket = null;
    }

    private static async Task WriteAsync(Socket socket, ChannelReader<byte[]> outgoing)
    {
        try
        {
            await foreach (byte[] frame in outgoing.ReadAllAsync().ConfigureAwait(false))
            {
                for (ReadOnlyMemory<byte> rest = frame; rest.Length > 0;)
                {
                    rest = rest[await socket.SendAsync(rest, SocketFlags.None).ConfigureAwait(false)..];
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The reader sees the end of the connection too and makes a new one.
        }
    }
}
