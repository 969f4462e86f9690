namespace Cluster.Runtime;

/// <summary>One path to another node, as seen from here.</summary>
/// <param name="Address">The address of the node that it leads to.</param>
/// <param name="IsConnected">Whether the urgent connection over it stands.</param>
/// <param name="IsUsed">Whether it carries what goes over one path only: everything but heartbeats, leases, probes and votes.</param>
/// <param name="Connects">How often a connection over it was made.</param>
/// <param name="FramesSent">Messages handed to the operating system.</param>
/// <param name="BytesSent">Their bytes, and those of pulses.</param>
/// <param name="FramesDropped">Messages that were dropped on this side.</param>
/// <param name="LastError">Why the last connection or attempt ended; null before the first.</param>
/// <param name="LastHeard">How long ago the node was heard to have received a pulse over it; null when it never was.</param>
/// <param name="RoundTrip">How long the last such pulse and its answer were under way; null when not known.</param>
/// <param name="PulsesSent">Heartbeats and the like that were sent in single datagrams.</param>
/// <param name="PulseErrors">Those that the operating system did not take.</param>
public sealed record PeerPathStatus(
    PeerAddress Address,
    bool IsConnected,
    bool IsUsed,
    long Connects,
    long FramesSent,
    long BytesSent,
    long FramesDropped,
    string? LastError,
    TimeSpan? LastHeard,
    TimeSpan? RoundTrip,
    long PulsesSent,
    long PulseErrors);
