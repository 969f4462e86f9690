using System.Net;

namespace Cluster.Transport.Pulse;

/// <summary>One path of pulses to a peer. Under the peer's lock.</summary>
internal sealed class PulsePath(byte number, IPEndPoint remote, IPAddress? local)
{
    public byte Number => number;

    /// <summary>Where datagrams go.</summary>
    public IPEndPoint Remote => remote;

    /// <summary>Which address of this machine the way there begins at; null when not known.</summary>
    public IPAddress? Local => local;

    /// <summary>The socket by which they go, and the address in its form; null until chosen, or when there is none of the address' family.</summary>
    public PulseSocket? Socket { get; set; }

    public SocketAddress? Address { get; set; }

    /// <summary>For which set of sockets that was chosen.</summary>
    public int ChosenFor { get; set; } = -1;

    public long Sent { get; set; }

    public long SentBytes { get; set; }

    public long Errors { get; set; }

    /// <summary>This end's clock at the newest datagram sent.</summary>
    public long LastSentAt { get; set; }

    /// <summary>This end's clock at the sending of the newest datagram that is known to have arrived; 0 for none.</summary>
    public long EchoedStamp { get; set; }

    /// <summary>When that became known.</summary>
    public long EchoedAt { get; set; }

    /// <summary>There and back, without the time in which the other end held it; 0 when not known.</summary>
    public long RoundTrip { get; set; }
}
