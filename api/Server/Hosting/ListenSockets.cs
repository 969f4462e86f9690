using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cluster.Api.Server.Hosting;

/// <summary>Makes the sockets on which the API listens.</summary>
internal static class ListenSockets
{
    /// <summary>
    /// What the kernel holds for a reader that does not read: connections inherit it. Left alone it would grow to megabytes for each (tcp_wmem, tcp(7)).
    /// </summary>
    private const int SendBufferBytes = 64 * 1024;

    /// <summary>
    /// Binds; the web server listens afterwards. A Unix socket is restricted in between, while nobody can connect to it yet: at no moment
    /// can anybody else get in, whatever the umask.
    /// </summary>
    public static Socket Bind(EndPoint endpoint)
    {
        Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is UnixDomainSocketEndPoint)
        {
            SocketFile.Restrict(endpoint.ToString()!);
        }
        else
        {
            socket.SendBufferSize = SendBufferBytes;
        }

        return socket;
    }
}
