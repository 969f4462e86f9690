using System.Net;
using System.Net.Sockets;

namespace Cluster.Runtime.Links;

/// <summary>An address of a node as sockets take it.</summary>
internal static class PeerEndPoint
{
    /// <summary>Where to dial it.</summary>
    public static EndPoint Of(PeerAddress address) =>
        IPAddress.TryParse(address.Host, out IPAddress? ip)
            ? new IPEndPoint(ip, address.Port)
            : new DnsEndPoint(address.Host, address.Port);

    /// <summary>Only an address can be listened at; a name is looked up.</summary>
    /// <exception cref="IOException">The name can't be resolved.</exception>
    public static IPEndPoint ToListenAt(PeerAddress address)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? ip))
        {
            return new IPEndPoint(ip, address.Port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(address.Host)[0], address.Port);
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"this node is to listen at {address}, but the name can't be resolved: {e.Message}; give an address of this machine", e);
        }
    }
}
