using System.Net;
using System.Text;

namespace Cluster.Transport.Tests;

/// <summary>Both ends as the tests use them: node 1 dials, node 2 listens.</summary>
internal static class Ends
{
    public static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    public static LinkOptions Dialer { get; } = new()
    {
        Identity = new LinkIdentity { ClusterId = "blue", Node = 1, Session = 11, ProtocolVersion = 1 },
    };

    public static LinkOptions Listener { get; } = new()
    {
        Identity = new LinkIdentity { ClusterId = "blue", Node = 2, Session = 22, ProtocolVersion = 1 },
    };

    public static byte[] Frame(string text) => Encoding.UTF8.GetBytes(text);
}
