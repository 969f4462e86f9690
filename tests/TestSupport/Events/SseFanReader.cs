using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Tests.Support.Events;

/// <summary>One reader of a <see cref="SseFan"/>.</summary>
public sealed class SseFanReader : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Socket _socket;
    private readonly byte[] _line = new byte[64];
    private readonly List<string>? _ids;
    private int _length;
    private string _name = "";
    private string _lastId = "";
    private long _lastAt;
    private int _events;
    private Task _reading = Task.CompletedTask;

    private SseFanReader(Socket socket, bool keepIds)
    {
        _socket = socket;
        _ids = keepIds ? [] : null;
    }

    /// <summary>The id of the newest event.</summary>
    public string LastId => Volatile.Read(ref _lastId);

    /// <summary>When it was read, as <see cref="Stopwatch.GetTimestamp"/> gives it.</summary>
    public long LastAt => Volatile.Read(ref _lastAt);

    /// <summary>How many events were read.</summary>
    public int Events => Volatile.Read(ref _events);

    /// <summary>The name (<c>event:</c>) of the newest message that had one.</summary>
    public string LastName { get; private set; } = "";

    /// <summary>Ends when the stream has.</summary>
    public Task Ended => _reading;

    /// <summary>The ids of all messages, in order, when they are kept.</summary>
    public IReadOnlyList<string> Ids => _ids ?? [];

    /// <summary>Opens a stream and waits for its first bytes.</summary>
    /// <param name="server">Where the API listens.</param>
    /// <param name="path">What is asked for.</param>
    /// <param name="receiveBufferBytes">What the kernel holds for it; 0 leaves it to the kernel.</param>
    /// <param name="keepIds">Whether <see cref="Ids"/> are kept.</param>
    /// <param name="lastEventId">What the <c>Last-Event-ID</c> says; null: nothing.</param>
    public static async Task<SseFanReader> OpenAsync(
        EndPoint server, string path, int receiveBufferBytes = 0, bool keepIds = false, string? lastEventId = null)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (receiveBufferBytes > 0)
            {
                socket.ReceiveBufferSize = receiveBufferBytes; // before connecting: the window is agreed then
            }

            using var patience = new CancellationTokenSource(s_patience);
            await socket.ConnectAsync(server, patience.Token).ConfigureAwait(false);

            // HTTP/1.0: the body comes as it is, not in chunks.
            string resume = lastEventId is null ? "" : $"Last-Event-ID: {lastEventId}\r\n";
            byte[] request = Encoding.ASCII.GetBytes($"GET {path} HTTP/1.0\r\nAccept: text/event-stream\r\n{resume}\r\n");
            await socket.SendAsync(request, patience.Token).ConfigureAwait(false);
            var reader = new SseFanReader(socket, keepIds);
            byte[] first = new byte[1024];
            int got = await socket.ReceiveAsync(first, patience.Token).ConfigureAwait(false);
            string head = Encoding.ASCII.GetString(first, 0, got);
            if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"the stream {path} was not opened: {head}");
            }

            reader.Take(first.AsSpan(0, got));
            return reader;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Begins to read.</summary>
    public void Read() => _reading = ReadAsync();

    /// <summary>Closes the stream.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading.ConfigureAwait(false);
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                int got = await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false);
                if (got == 0)
                {
                    return;
                }

                Take(buffer.AsSpan(0, got));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed here or cut there.
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte each in bytes)
        {
            if (each != (byte)'\n')
            {
                if (_length < _line.Length)
                {
                    _line[_length++] = each; // names and ids are short; the rest of a line of data is not looked at
                }

                continue;
            }

            ReadOnlySpan<byte> line = _line.AsSpan(0, _length);
            if (line.StartsWith("event: "u8))
            {
                _name = Encoding.UTF8.GetString(line[7..]);
            }
            else if (line.StartsWith("id: "u8))
            {
                TakeId(Encoding.UTF8.GetString(line[4..]));
            }

            _length = 0;
        }
    }

    private void TakeId(string id)
    {
        if (_name.Length > 0)
        {
            LastName = _name;
        }
        else
        {
            Volatile.Write(ref _events, _events + 1);
            _ids?.Add(id);
        }

        _name = "";
        Volatile.Write(ref _lastAt, Stopwatch.GetTimestamp());
        Volatile.Write(ref _lastId, id);
    }
}
