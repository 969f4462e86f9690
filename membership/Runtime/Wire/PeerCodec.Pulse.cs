using Cluster.Consensus;
using Cluster.Transport.Pulse;
using Google.Protobuf;

namespace Cluster.Runtime.Wire;

// What goes by pulse, and by what pulses are known.
internal static partial class PeerCodec
{
    /// <summary>Whether a message is of the moment: small, and worth nothing once the next one is there.</summary>
    public static bool IsPulse(in RaftMessage message) => message.Kind is RaftMessageKind.Heartbeat or RaftMessageKind.HeartbeatResponse;

    /// <summary>The bytes that tell the other end by what this end's datagrams are known.</summary>
    public static byte[] Encode(NodeId from, NodeId to, PulseOffer offer) => new PeerEnvelope
    {
        FeatureLevel = FeatureLevel,
        From = from.Value,
        To = to.Value,
        PulseKey = new PulseKey { Id = offer.Id, Key = UnsafeByteOperations.UnsafeWrap(offer.Key), First = offer.First },
    }.ToByteArray();

    /// <summary>Reads it again; null when the bytes are something else.</summary>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static PulseOffer? TryDecodeOffer(ReadOnlySpan<byte> bytes) =>
        PeerEnvelope.Parser.ParseFrom(bytes).PulseKey is { } key ? new PulseOffer(key.Id, key.Key.Memory, key.First) : null;
}
