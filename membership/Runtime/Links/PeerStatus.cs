using Cluster.Transport;
using Cluster.Transport.Pulse;

namespace Cluster.Runtime.Links;

/// <summary>Makes the public view of a way to a peer.</summary>
internal static class PeerStatus
{
    public static PeerLinkStatus Of(PeerLink peer, bool isHeard)
    {
        PeerPathStatus[] paths = [.. peer.Paths.Select(path => Of(peer, path))];
        return new PeerLinkStatus(
            peer.Node.Id,
            peer.Node.Name,
            Array.Exists(paths, static path => path.IsConnected),
            isHeard,
            paths.FirstOrDefault(static path => path.LastError is not null)?.LastError,
            paths.Sum(static path => path.FramesSent),
            paths.Sum(static path => path.FramesDropped) + Volatile.Read(ref peer.DroppedCount),
            Volatile.Read(ref peer.ReceivedCount),
            paths,
            peer.Pulse.Received,
            peer.Pulse.Refused);
    }

    private static PeerPathStatus Of(PeerLink peer, PeerPath path)
    {
        LinkStatus urgent = path.Link.StatusOf(LinkPriority.Urgent);
        LinkStatus bulk = path.Link.StatusOf(LinkPriority.Bulk);
        PulsePathStatus? pulse = peer.Pulse.StatusOf(path.Number);
        return new PeerPathStatus(
            path.Address,
            urgent.IsConnected,
            peer.Current == path,
            urgent.Connects + bulk.Connects,
            urgent.FramesSent + bulk.FramesSent,
            urgent.BytesSent + bulk.BytesSent + (pulse?.SentBytes ?? 0),
            urgent.FramesDropped + bulk.FramesDropped,
            urgent.LastError ?? bulk.LastError,
            pulse?.LastEcho,
            pulse?.RoundTrip,
            pulse?.Sent ?? 0,
            pulse?.Errors ?? 0);
    }
}
