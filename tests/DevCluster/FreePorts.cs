using System.Net;
using System.Net.Sockets;

namespace Cluster.Tests.DevCluster;

/// <summary>Finds free ports on loopback.</summary>
public static class FreePorts
{
    /// <summary>
    /// <paramref name="count"/> different TCP ports that were free a moment ago. They are taken from below the range that the system gives to outgoing
    /// connections, so that no such connection can take one before its owner binds it (again).
    /// </summary>
    public static IReadOnlyList<int> Tcp(int count)
    {
        List<int> ports = [];
        List<Socket> held = [];
        try
        {
            for (int tries = 0; ports.Count < count; tries++)
            {
                if (tries > 10_000)
                {
                    throw new InvalidOperationException($"no {count} free TCP ports on loopback; end what holds them");
                }

                int port = Random.Shared.Next(15_000, 32_000);
                Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                try
                {
                    socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                    held.Add(socket);
                    ports.Add(port);
                }
                catch (SocketException)
                {
                    socket.Dispose();
                }
            }

            return ports;
        }
        finally
        {
            foreach (Socket socket in held)
            {
                socket.Dispose();
            }
        }
    }

    /// <summary>A UDP port that was free a moment ago.</summary>
    public static int Udp()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
