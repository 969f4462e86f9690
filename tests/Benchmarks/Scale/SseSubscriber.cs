using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Benchmarks.Scale;

/// <summary>A reader of server-sent events with as little of its own as possible: it notes when each event's <c>id</c> line came.</summary>
internal sealed class SseSubscriber : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[4096];
    private readonly CancellationTokenSource _stop = new();
    private Task _task = Task.CompletedTask;

    private SseSubscriber(Socket socket) => _socket = socket;

    /// <summary>When each event came, in order (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public List<long> Heard { get; } = [];

    /// <summary>How many of them told that a node is down.</summary>
    public int Downs { get; private set; }

    /// <summary>Connects and returns when the stream has begun.</summary>
    public static async Task<SseSubscriber> ConnectAsync(string path, string after, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET /v1/events?after={after} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"), cancellation);
        SseSubscriber subscriber = new(socket);
        int read = await socket.ReceiveAsync(subscriber._buffer, cancellation);
        string head = Encoding.ASCII.GetString(subscriber._buffer, 0, read);
        if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            socket.Dispose();
            throw new InvalidOperationException($"the daemon refused a subscriber: {head.Split('\r')[0]}");
        }

        subscriber._task = Task.Run(subscriber.ListenAsync, cancellation);
        return subscriber;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _task;
        _socket.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            int kept = 0;
            while (await _socket.ReceiveAsync(_buffer.AsMemory(kept), _stop.Token) is var read and > 0)
            {
                long now = Stopwatch.GetTimestamp();
                kept = Scan(kept + read, now);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException)
        {
            // The end of the run, or of the daemon: what was not heard is missed.
        }
    }

    /// <summary>Looks at whole lines; what follows the last line end is kept.</summary>
    private int Scan(int length, long now)
    {
        Span<byte> text = _buffer.AsSpan(0, length);
        int end;
        while ((end = text.IndexOf((byte)'\n')) >= 0)
        {
            ReadOnlySpan<byte> line = text[..end];
            if (line.StartsWith("id: "u8))
            {
                Heard.Add(now);
            }
            else if (line.StartsWith("data: "u8) && line.IndexOf("\"cluster.node-down\""u8) >= 0)
            {
                Downs++;
            }

            text = text[(end + 1)..];
        }

        // A line longer than the buffer is none that is counted.
        int rest = text.Length == _buffer.Length ? 0 : text.Length;
        text[..rest].CopyTo(_buffer);
        return rest;
    }
}
