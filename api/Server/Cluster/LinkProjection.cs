using Cluster.Api.Contract;
using Cluster.Runtime;

namespace Cluster.Api.Server.Cluster;

/// <summary>Makes the documents of links.</summary>
internal static class LinkProjection
{
    public static LinkDocument Of(PeerLinkStatus link) => new()
    {
        Node = link.Name,
        Connected = link.IsConnected,
        Heard = link.IsHeard,
        MessagesReceived = link.Received,
        PulsesReceived = link.PulsesReceived,
        Paths = [.. link.Paths.Select(Of)],
    };

    private static PathDocument Of(PeerPathStatus path) => new()
    {
        Address = path.Address.ToString(),
        Connected = path.IsConnected,
        Used = path.IsUsed,
        LastHeardMs = (long?)path.LastHeard?.TotalMilliseconds,
        RoundTripMicros = (long?)path.RoundTrip?.TotalMicroseconds,
        BytesSent = path.BytesSent,
        Connects = path.Connects,
        Errors = path.FramesDropped + path.PulseErrors,
        LastError = path.LastError,
    };
}
