using System.Net.Sockets;
using System.Text;

namespace Cluster.Runtime.MemberSocket;

/// <summary>Binds a Unix socket whose file may be left over from a daemon that was killed.</summary>
internal static class SocketFile
{
    /// <summary>The longest path that a Unix socket can have (unix(7)), without the terminating zero.</summary>
    private const int MaxPathBytes = 107;

    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Listens at a path that only owner and group may use; replaces a file at which nobody listens.</summary>
    /// <exception cref="IOException">Somebody listens there, or the path can't be used.</exception>
    public static Socket Listen(string path)
    {
        int bytes = Encoding.UTF8.GetByteCount(path);
        if (bytes > MaxPathBytes)
        {
            throw new IOException($"the socket path {path} has {bytes} bytes; at most {MaxPathBytes} are possible: choose a shorter one");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        RemoveStale(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, OwnerAndGroup);
            socket.Listen(128);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException($"can't listen at {path}: {e.Message}; check the folder's permissions", e);
        }
    }

    private static void RemoveStale(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }

        if (new FileInfo(path).Length > 0)
        {
            // Connecting to it is refused too (connect(2)), but it is somebody's data: a socket has no length.
            throw new IOException($"can't listen at {path}: it is a file, not a socket; choose another path");
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        catch (SocketException e)
        {
            throw new IOException($"{path} is there but can't be examined: {e.Message}; remove it if no daemon uses it", e);
        }

        throw new IOException($"another process listens at {path}; stop it, or give each daemon a socket path of its own");
    }
}
