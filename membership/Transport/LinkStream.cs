using System.Net.Sockets;

namespace Cluster.Transport;

/// <summary>
/// The stream of an accepted socket. One that <paramref name="blocks"/> does everything on the thread that calls, which waits in the
/// kernel, also where the call is asynchronous: the framework's own ways would have another thread wait for the socket, and wake
/// two others with every frame from then on.
/// </summary>
internal sealed class LinkStream(Socket socket, bool blocks) : NetworkStream(socket, ownsSocket: true)
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Receive(buffer, SocketFlags.None);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        blocks ? ReceiveOrEnd(buffer, SocketFlags.None, cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!blocks)
        {
            return base.WriteAsync(buffer, cancellationToken);
        }

        using CancellationTokenRegistration end = EndAt(cancellationToken);
        base.Write(buffer.ToArray(), 0, buffer.Length);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads without taking.</summary>
    public ValueTask<int> PeekAsync(Memory<byte> buffer, CancellationToken cancellation) => blocks
        ? ReceiveOrEnd(buffer, SocketFlags.Peek, cancellation)
        : Socket.ReceiveAsync(buffer, SocketFlags.Peek, cancellation);

    private ValueTask<int> ReceiveOrEnd(Memory<byte> buffer, SocketFlags flags, CancellationToken cancellation)
    {
        using CancellationTokenRegistration end = EndAt(cancellation);
        int read = Receive(buffer.Span, flags);
        cancellation.ThrowIfCancellationRequested();
        return ValueTask.FromResult(read);
    }

    private int Receive(Span<byte> buffer, SocketFlags flags)
    {
        try
        {
            Socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
            return Socket.Receive(buffer, flags);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>A call under way returns when the socket is shut down; nothing else would end it.</summary>
    private CancellationTokenRegistration EndAt(CancellationToken cancellation) =>
        cancellation.Register(static socket => LinkSocket.ShutDown((Socket)socket!), Socket);
}
