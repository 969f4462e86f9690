using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Benchmarks.Etcd;

/// <summary>
/// One kept-alive HTTP/1.1 connection to etcd's JSON gateway, with as little work at this end as can be: the request is made once
/// and sent again and again, and of the answer only its end and its status are looked at.
/// </summary>
internal sealed class GatewayConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[4096];

    private GatewayConnection(byte[] request) => _request = request;

    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    private static ReadOnlySpan<byte> LengthName => "Content-Length: "u8;

    /// <summary>Connects.</summary>
    public static async Task<GatewayConnection> OpenAsync(int port, string key, int valueBytes)
    {
        byte[] value = new byte[valueBytes];
        Random.Shared.NextBytes(value);
        string body = $$"""{"key":"{{Convert.ToBase64String(Encoding.ASCII.GetBytes(key))}}","value":"{{Convert.ToBase64String(value)}}"}""";
        string head = $"POST /v3/kv/put HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        GatewayConnection connection = new(Encoding.ASCII.GetBytes(head + body));
        try
        {
            await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>One put; returns when it is committed and answered.</summary>
    /// <exception cref="IOException">etcd refused it, or the connection ended.</exception>
    public async ValueTask PutAsync(CancellationToken cancellation)
    {
        for (int sent = 0; sent < _request.Length;)
        {
            sent += await _socket.SendAsync(_request.AsMemory(sent), SocketFlags.None, cancellation);
        }

        int have = 0;
        while (!IsWhole(_answer.AsSpan(0, have)))
        {
            int read = await _socket.ReceiveAsync(_answer.AsMemory(have), SocketFlags.None, cancellation);
            have += read > 0 ? read : throw new IOException("etcd closed the connection");
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        int head = answer.IndexOf(HeadEnd);
        if (head < 0)
        {
            return false;
        }

        if (!answer.StartsWith("HTTP/1.1 200"u8))
        {
            throw new IOException($"etcd refused a put: {Encoding.UTF8.GetString(answer)}");
        }

        int at = answer[..head].IndexOf(LengthName);
        return at >= 0 && Utf8Parser.TryParse(answer[(at + LengthName.Length)..], out int length, out _)
            ? answer.Length >= head + HeadEnd.Length + length
            : throw new IOException("etcd answered without a content length");
    }
}
