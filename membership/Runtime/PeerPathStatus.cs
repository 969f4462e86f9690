namespace Cluster.Runtime;

/// <summary>One path to another node, as seen from here.</summary>
/// <param name="Address">The address of the node that it leads to.</param>
/// <param name="IsConnected">Whether the urgent connection over it stands.</param>
/// <param name="IsUsed">Whether it carries what goes over one path only: everything but heartbeats, leases, probes and votes.</param>
/// <param name="Connects">How often a connection over it was made.</param>
/// <param name="FramesSent">Messages handed to the operating system.</param>
/// <param name="BytesSent">Their bytes.</param>
/// <param name="FramesDropped">Messages that were dropped on this side.</param>
/// <param name="LastError">Why the last connection or attempt ended; null before the first.</param>
public sealed record PeerPathStatus(
    PeerAddress Address,
    bool IsConnected,
    bool IsUsed,
    long Connects,
    long FramesSent,
    long BytesSent,
    long FramesDropped,
    string? LastError);
