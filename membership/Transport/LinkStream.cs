using System.Net.Sockets;

namespace Cluster.Transport;

/// <summary>
/// A socket's stream whose synchronous read waits in the kernel, in poll(2). The framework's own would have another thread wait,
/// and be woken by it.
/// </summary>
internal sealed class LinkStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        Socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
        return base.Read(buffer);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
}
