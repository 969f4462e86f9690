using System.Net.Sockets;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// Listens on a Unix socket, in place of one that a dead process left behind, never in place of a living one's.
/// </summary>
internal static class UnixSocketFile
{
    /// <exception cref="IOException">Another process listens there, or the path cannot be used.</exception>
    public static Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            UnixDomainSocketEndPoint endPoint = new(path);
            RemoveLeftover(path);
            socket.Bind(endPoint);
            socket.Listen(512);
            return socket;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            socket.Dispose();
            throw new IOException($"cannot listen for clients on {path}: {e.Message}; check that its folder exists and is writable", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes what a dead process left behind.</summary>
    /// <exception cref="IOException">Another process listens there.</exception>
    public static void RemoveLeftover(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (new FileInfo(path).Length > 0)
        {
            // Connecting to it is refused too (connect(2)), but it is somebody's data: a socket has no length.
            throw new IOException($"cannot listen for clients on {path}: it is a file, not a socket; choose another path");
        }

        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }

        throw new IOException($"cannot listen for clients on {path}: another process does; stop it or choose another path");
    }
}
