using Cluster.Membership;
using Cluster.Transport;

namespace Cluster.Runtime.Links;

/// <summary>Who is listened to. Asked by the links' threads.</summary>
internal sealed class PeerAdmission(PeerTable table)
{
    private readonly PeerSessions _sessions = new();
    private uint _featureFloor = FeatureLevels.First;

    /// <summary>
    /// The feature level that the cluster has reached. A peer that understands less is refused: it would make another state of what the log holds.
    /// </summary>
    public uint FeatureFloor
    {
        get => Volatile.Read(ref _featureFloor);
        set => Volatile.Write(ref _featureFloor, value);
    }

    /// <summary>Takes what the replicated state shows. On the loop's thread.</summary>
    /// <returns>True when a process is over that was not before.</returns>
    public bool Observe(ClusterState state) => _sessions.Observe(state);

    /// <summary>Why a peer is not listened to; null admits it.</summary>
    public string? RefusalOf(LinkPeer peer)
    {
        if (table.RefusalOf(peer.Node) is { } refusal)
        {
            return refusal;
        }

        return peer.FeatureLevel < FeatureFloor
            ? $"node {peer.Node} understands feature level {peer.FeatureLevel}, but the cluster runs at {FeatureFloor}; install the other nodes' release on it"
            : _sessions.RefusalOf(peer);
    }
}
