using Cluster.Consensus;
using Cluster.Membership;
using Google.Protobuf;

namespace Cluster.Runtime.Wire;

/// <summary>Between messages and their bytes (peer.proto).</summary>
internal static partial class PeerCodec
{
    /// <summary>The highest feature level that this build understands.</summary>
    public const uint FeatureLevel = FeatureLevels.Understood;

    /// <summary>The bytes of a message of the membership core.</summary>
    /// <exception cref="ArgumentException">The message's kind has no form on the wire: a programming error.</exception>
    public static byte[] Encode(PeerMessage message)
    {
        var envelope = new PeerEnvelope { FeatureLevel = FeatureLevel, From = message.From.Value, To = message.To.Value };
        PutMembership(envelope, message);
        return envelope.ToByteArray();
    }

    /// <summary>The message that the bytes stand for.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="raft">The message when it is the consensus engine's.</param>
    /// <param name="other">The message when it is the membership core's, else null.</param>
    /// <returns>False when its kind is unknown: a newer version's, to be treated as lost.</returns>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out RaftMessage raft, out PeerMessage? other)
    {
        PeerEnvelope envelope = PeerEnvelope.Parser.ParseFrom(bytes);
        NodeId from = new(envelope.From);
        NodeId to = new(envelope.To);
        raft = RaftFrom(envelope, from, to, new Term(envelope.Term));
        raft = raft.Kind == RaftMessageKind.None ? raft : raft with { Session = envelope.Session };
        other = raft.Kind == RaftMessageKind.None ? MembershipFrom(envelope, from, to) : null;
        return raft.Kind != RaftMessageKind.None || other is not null;
    }

    private static void PutMembership(PeerEnvelope envelope, PeerMessage message)
    {
        switch (message)
        {
            case LeaseRequest ask:
                envelope.LeaseAsk = new LeaseAsk { Incarnation = ask.Incarnation.Value, Stamp = ask.Stamp.Nanoseconds };
                break;
            case LeaseGrant grant:
                envelope.LeaseGiven = new LeaseGiven
                {
                    Incarnation = grant.Incarnation.Value,
                    Stamp = grant.Stamp.Nanoseconds,
                    GrantorIncarnation = grant.GrantorIncarnation.Value,
                    DurationUs = grant.Duration.Ticks / TimeSpan.TicksPerMicrosecond,
                };
                break;
            case ProbeRequest ask:
                envelope.ProbeAsk = new ProbeAsk { Target = ask.Target.Value, Probe = ask.Probe };
                break;
            case Ping ping:
                envelope.PingAsk = new PingAsk { Origin = ping.Origin.Value, Probe = ping.Probe };
                break;
            case Pong pong:
                envelope.PingAnswer = new PingAnswer
                {
                    Origin = pong.Origin.Value,
                    Probe = pong.Probe,
                    Incarnation = pong.Incarnation.Value,
                };
                break;
            case ProbeAnswer answer:
                envelope.ProbeResult = new ProbeResult
                {
                    Target = answer.Target.Value,
                    Probe = answer.Probe,
                    Incarnation = answer.Incarnation.Value,
                };
                break;
            default:
                throw NoForm(message.GetType().Name);
        }
    }

    private static MembershipMessage? MembershipFrom(PeerEnvelope envelope, NodeId from, NodeId to) => envelope.KindCase switch
    {
        PeerEnvelope.KindOneofCase.LeaseAsk => new LeaseRequest(
            from, to, new Incarnation(envelope.LeaseAsk.Incarnation), new MonotonicTime(envelope.LeaseAsk.Stamp)),
        PeerEnvelope.KindOneofCase.LeaseGiven => new LeaseGrant(
            from,
            to,
            new Incarnation(envelope.LeaseGiven.Incarnation),
            new MonotonicTime(envelope.LeaseGiven.Stamp),
            new Incarnation(envelope.LeaseGiven.GrantorIncarnation),
            DurationOf(envelope.LeaseGiven.DurationUs)),
        PeerEnvelope.KindOneofCase.ProbeAsk => new ProbeRequest(
            from, to, new NodeId(envelope.ProbeAsk.Target), envelope.ProbeAsk.Probe),
        PeerEnvelope.KindOneofCase.PingAsk => new Ping(from, to, new NodeId(envelope.PingAsk.Origin), envelope.PingAsk.Probe),
        PeerEnvelope.KindOneofCase.PingAnswer => new Pong(
            from,
            to,
            new NodeId(envelope.PingAnswer.Origin),
            envelope.PingAnswer.Probe,
            new Incarnation(envelope.PingAnswer.Incarnation)),
        PeerEnvelope.KindOneofCase.ProbeResult => new ProbeAnswer(
            from,
            to,
            new NodeId(envelope.ProbeResult.Target),
            envelope.ProbeResult.Probe,
            new Incarnation(envelope.ProbeResult.Incarnation)),
        _ => null,
    };

    // What nobody can have meant counts as not given.
    private static TimeSpan DurationOf(long microseconds) =>
        Math.Abs((double)microseconds) < TimeSpan.MaxValue.TotalMicroseconds / 2 ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond) : TimeSpan.Zero;

    private static ArgumentException NoForm(string kind) =>
        new($"a {kind} was to be sent, but it has no form on the wire; add it to peer.proto and PeerCodec");
}
