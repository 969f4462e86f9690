using Cluster.Consensus;

namespace Cluster.Runtime;

/// <summary>The way to one other node, as seen from here.</summary>
/// <param name="Node">The other node.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsConnected">Whether the urgent connection (heartbeats, leases, probes) to it stands over any path.</param>
/// <param name="IsHeard">Whether its urgent connection to this node stands.</param>
/// <param name="LastError">Why the last connection or attempt ended; null before the first.</param>
/// <param name="FramesSent">Messages handed to the operating system.</param>
/// <param name="FramesDropped">Messages that were dropped on this side.</param>
/// <param name="Received">Messages that arrived.</param>
/// <param name="Paths">The paths to it, the preferred one first.</param>
/// <param name="PulsesReceived">Datagrams of it that were taken, over all paths.</param>
/// <param name="PulsesRefused">Datagrams in its name that were not its own, or had been here before.</param>
public sealed record PeerLinkStatus(
    NodeId Node,
    string Name,
    bool IsConnected,
    bool IsHeard,
    string? LastError,
    long FramesSent,
    long FramesDropped,
    long Received,
    IReadOnlyList<PeerPathStatus> Paths,
    long PulsesReceived,
    long PulsesRefused);
