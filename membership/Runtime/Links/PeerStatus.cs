using Cluster.Transport;

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
            paths);
    }

    private static PeerPathStatus Of(PeerLink peer, PeerPath path)
    {
        LinkStatus urgent = path.Link.StatusOf(LinkPriority.Urgent);
        LinkStatus bulk = path.Link.StatusOf(LinkPriority.Bulk);
        return new PeerPathStatus(
            path.Address,
            urgent.IsConnected,
            peer.Current == path,
            urgent.Connects + bulk.Connects,
            urgent.FramesSent + bulk.FramesSent,
            urgent.BytesSent + bulk.BytesSent,
            urgent.FramesDropped + bulk.FramesDropped,
            urgent.LastError ?? bulk.LastError);
    }
}
