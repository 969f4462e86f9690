using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.Support;

/// <summary>
/// Finds ports of loopback that are free, for TCP and UDP alike, and keeps them for this process: another test process that asks meanwhile gets others.
/// </summary>
/// <remarks>
/// A port that only was free a moment ago is not enough. Whoever is to listen there starts a second later, or starts again after it was killed, and test
/// processes run side by side: two clusters would take the same port once in a hundred runs. So each port is claimed by a record lock (fcntl(2)) on one
/// byte of a common file, which the system gives back when this process ends, however it ends. Ports come from below the range that the system gives to
/// outgoing connections, so that no such connection can take one either.
/// </remarks>
public static class FreePorts
{
    private const int First = 15_000;
    private const int End = 32_000;
    private const int MostTries = 10_000;

    private static readonly Lock s_gate = new();
    private static readonly HashSet<int> s_taken = [];

    // Never closed: closing any descriptor of the file would give back all of this process's locks.
    private static readonly FileStream s_claims = new(
        Path.Combine(Path.GetTempPath(), "cluster-test-ports"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);

    /// <summary>One port.</summary>
    public static int Take() => Take(1)[0];

    /// <summary><paramref name="count"/> different ports.</summary>
    /// <exception cref="InvalidOperationException">There are not so many.</exception>
    public static IReadOnlyList<int> Take(int count)
    {
        List<int> ports = [];
        lock (s_gate)
        {
            for (int tries = 0; ports.Count < count; tries++)
            {
                if (tries > MostTries)
                {
                    throw new InvalidOperationException($"no {count} free ports on loopback between {First} and {End}; end what holds them");
                }

                int port = Random.Shared.Next(First, End);
                if (IsFree(port) && s_taken.Add(port))
                {
                    ports.Add(port);
                }
            }
        }

        return ports;
    }

    private static bool IsFree(int port)
    {
        if (s_taken.Contains(port))
        {
            return false;
        }

        try
        {
            s_claims.Lock(port, 1);
        }
        catch (IOException)
        {
            return false;
        }

        if (CanBind(SocketType.Stream, ProtocolType.Tcp, port) && CanBind(SocketType.Dgram, ProtocolType.Udp, port))
        {
            return true;
        }

        s_claims.Unlock(port, 1);
        return false;
    }

    private static bool CanBind(SocketType type, ProtocolType protocol, int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, type, protocol);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
