using System.Net;
using System.Net.Sockets;

namespace Cluster.Runtime.Links;

/// <summary>The peer endpoint of a node as its configuration names it.</summary>
internal static class PeerEndPoint
{
    /// <summary>Where to dial it.</summary>
    public static EndPoint Of(NodePeer node) =>
        IPAddress.TryParse(node.Host, out IPAddress? address)
            ? new IPEndPoint(address, node.Port)
            : new DnsEndPoint(node.Host, node.Port);

    /// <summary>Only an address can be listened at; a name is looked up once, at start.</summary>
    /// <exception cref="IOException">The name can't be resolved.</exception>
    public static IPEndPoint ToListenAt(NodePeer node)
    {
        if (IPAddress.TryParse(node.Host, out IPAddress? address))
        {
            return new IPEndPoint(address, node.Port);
        }

        try
        {
            return new IPEndPoint(Dns.GetHostAddresses(node.Host)[0], node.Port);
        }
        catch (SocketException e)
        {
            throw new IOException(
                $"this node is to listen at {node.Host}:{node.Port}, but the name can't be resolved: {e.Message}; "
                + "give an address of this machine",
                e);
        }
    }
}
