using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cluster.ConsensusNode.Control;

/// <summary>The driver's end of a node's control socket.</summary>
public sealed class ControlClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly NetworkStream _stream;

    private ControlClient(Socket socket)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream, Encoding.UTF8);
    }

    /// <summary>Connects.</summary>
    /// <exception cref="SocketException">Nobody is there.</exception>
    public static async Task<ControlClient> ConnectAsync(string path, CancellationToken cancellation)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new ControlClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request without waiting for its answer.</summary>
    public async Task SendAsync(ControlRequest request, CancellationToken cancellation) =>
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(ControlJson.Line(request)), cancellation);

    /// <summary>Waits for the next answer.</summary>
    /// <exception cref="IOException">The node is gone.</exception>
    public async Task<ControlAnswer> ReceiveAsync(CancellationToken cancellation)
    {
        string line = await _reader.ReadLineAsync(cancellation) ?? throw new IOException("the node closed its control socket");
        return JsonSerializer.Deserialize(line, ControlJson.Default.ControlAnswer)!;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="InvalidOperationException">The node could not do it; the message is its reason.</exception>
    /// <exception cref="IOException">The node is gone.</exception>
    public async Task<ControlAnswer> AskAsync(ControlRequest request, CancellationToken cancellation)
    {
        await SendAsync(request, cancellation);
        ControlAnswer answer = await ReceiveAsync(cancellation);
        return answer.Error is null ? answer : throw new InvalidOperationException($"{request.Op}: {answer.Error}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
        _socket.Dispose();
    }
}
