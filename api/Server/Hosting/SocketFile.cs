using System.Net.Sockets;

namespace Cluster.Api.Server.Hosting;

/// <summary>The Unix socket's file: a stale one is removed, one on which somebody listens is not.</summary>
internal static class SocketFile
{
    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <exception cref="IOException">Somebody listens there, or the file is no socket.</exception>
    public static void Prepare(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
        {
            // Nobody listens: the daemon before this one had no time to clean up (or it is no socket: then nobody minds a refusal either).
            if (new FileInfo(path).Length == 0)
            {
                File.Delete(path);
                return;
            }

            throw new IOException($"{path} is in the way and is no socket; choose another path or remove it");
        }
        catch (SocketException error)
        {
            throw new IOException($"{path} is in the way and can't be tried ({error.SocketErrorCode}); choose another path or remove it");
        }

        throw new IOException($"another process listens on {path}; stop it, or give this node a socket of its own");
    }

    /// <summary>Owner and group may connect, nobody else: who may write to the socket may fence nodes.</summary>
    public static void Restrict(string path)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, Mode);
        }
    }
}
