using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Cluster.Transport;

/// <summary>Socket settings common to both ends.</summary>
internal static class LinkSocket
{
    private const int TcpInfo = 11;
    private const int TcpInfoBytes = 60;
    private const int UnackedOffset = 24;
    private const int LastAckOffset = 56;
    private const int TcpUserTimeout = 18;

    /// <summary>A socket of the endpoint's family; one for IPv6 takes IPv4 too, so that [::] means every address.</summary>
    public static Socket For(EndPoint endPoint) => endPoint.AddressFamily switch
    {
        AddressFamily.Unix => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
        AddressFamily.Unspecified => new Socket(SocketType.Stream, ProtocolType.Tcp),
        AddressFamily.InterNetwork => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp),
        AddressFamily family => new Socket(family, SocketType.Stream, ProtocolType.Tcp) { DualMode = true },
    };

    /// <summary>Closes both, whatever an upgraded stream has to say about someone who is gone.</summary>
    public static async ValueTask CloseAsync(Stream? stream, Socket socket)
    {
        try
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The farewell failed; the socket below is closed all the same.
        }
        finally
        {
            socket.Dispose();
        }
    }

    /// <summary>
    /// No delay; a peer whose machine is gone is noticed by keepalive when idle and by TCP_USER_TIMEOUT (RFC 5482, tcp(7)) when
    /// data is unacknowledged. A process that merely stands still is neither's business: its kernel goes on acknowledging.
    /// </summary>
    public static void Configure(Socket socket, LinkOptions options)
    {
        if (socket.ProtocolType != ProtocolType.Tcp)
        {
            return;
        }

        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 5);
        if (OperatingSystem.IsLinux())
        {
            int timeoutMs = (int)options.WriteTimeout.TotalMilliseconds;
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes(timeoutMs));
        }
    }

    /// <summary>
    /// How long ago the other end's kernel acknowledged anything (TCP_INFO, tcp(7); offsets of struct tcp_info in linux/tcp.h, which only grows at its
    /// end); null when no acknowledgement is missing, or this can't be told.
    /// </summary>
    public static TimeSpan? Unacknowledged(Socket socket)
    {
        Span<byte> info = stackalloc byte[TcpInfoBytes];
        try
        {
            if (!OperatingSystem.IsLinux()
                || socket.ProtocolType != ProtocolType.Tcp
                || socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpInfo, info) < TcpInfoBytes
                || MemoryMarshal.Read<uint>(info[UnackedOffset..]) == 0)
            {
                return null;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;
        }

        return TimeSpan.FromMilliseconds(MemoryMarshal.Read<uint>(info[LastAckOffset..]));
    }

    /// <summary>Ends both directions: a read under way returns. The socket is still to be closed.</summary>
    public static void ShutDown(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is over already.
        }
    }
}
