using System.Globalization;
using System.Net;
using Cluster.Consensus;

namespace Cluster.Locks.Hosting;

/// <summary>
/// A process to link to: the node it must be on and where it listens, as <c>address:port</c> or <c>name:port</c>.
/// </summary>
internal readonly record struct LinkAddress(NodeId Node, string Endpoint)
{
    /// <exception cref="FormatException">It is no endpoint.</exception>
    public EndPoint ToEndPoint()
    {
        if (IPEndPoint.TryParse(Endpoint, out IPEndPoint? address) && address.Port != 0)
        {
            return address;
        }

        int colon = Endpoint.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(Endpoint[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port > 0
            ? new DnsEndPoint(Endpoint[..colon], port)
            : throw new FormatException($"'{Endpoint}' is no endpoint: address:port or name:port is needed");
    }
}
