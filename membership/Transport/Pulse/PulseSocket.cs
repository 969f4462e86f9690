using System.Net;
using System.Net.Sockets;

namespace Cluster.Transport.Pulse;

/// <summary>The socket for pulses beside one listening socket of links: same address, same port number, UDP. Closed by the pulse thread.</summary>
internal sealed class PulseSocket : IDisposable
{
    private readonly Socket _socket;

    /// <exception cref="SocketException">The endpoint can't be bound.</exception>
    public PulseSocket(IPEndPoint endPoint)
    {
        _socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                _socket.DualMode = true;
            }

            _socket.Bind(endPoint);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }

        EndPoint = endPoint;
        Handle = (int)_socket.Handle;
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>For the pulse thread, which alone closes it.</summary>
    public int Handle { get; }

    /// <summary>Sends a datagram if that can be done without waiting.</summary>
    public unsafe bool TrySend(ReadOnlySpan<byte> datagram, SocketAddress to)
    {
        fixed (byte* bytes = datagram)
        fixed (byte* address = to.Buffer.Span)
        {
            try
            {
                return PulseNative.SendTo(_socket.SafeHandle, bytes, (nuint)datagram.Length, PulseNative.DontWait, address, (uint)to.Size) == datagram.Length;
            }
            catch (ObjectDisposedException)
            {
                // This node stopped listening there a moment ago.
                return false;
            }
        }
    }

    /// <summary>An address in the form in which this socket takes it; null when it can't.</summary>
    public SocketAddress? Form(IPEndPoint remote)
    {
        IPAddress address = remote.Address;
        if (address.AddressFamily == EndPoint.AddressFamily)
        {
            return remote.Serialize();
        }

        return EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? new IPEndPoint(address.MapToIPv6(), remote.Port).Serialize() : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();
}
