using Cluster.Consensus;
using Cluster.Membership;
using Google.Protobuf;

namespace Cluster.Runtime.Wire;

/// <summary>Between <see cref="PeerMessage"/>s and their bytes (peer.proto).</summary>
internal static class PeerCodec
{
    /// <summary>The bytes of a message.</summary>
    /// <exception cref="ArgumentException">The message's kind has no form on the wire: a programming error.</exception>
    public static byte[] Encode(PeerMessage message)
    {
        var envelope = new PeerEnvelope { FeatureLevel = FeatureLevels.Understood, From = message.From.Value, To = message.To.Value };
        if (message is RaftMessage raft)
        {
            envelope.Term = raft.Term.Value;
            PutRaft(envelope, raft);
        }
        else
        {
            PutMembership(envelope, message);
        }

        return envelope.ToByteArray();
    }

    /// <summary>The message that the bytes stand for.</summary>
    /// <returns>Null when its kind is unknown: a newer version's, to be treated as lost.</returns>
    /// <exception cref="InvalidProtocolBufferException">The bytes are no message.</exception>
    public static PeerMessage? Decode(ReadOnlySpan<byte> bytes)
    {
        PeerEnvelope envelope = PeerEnvelope.Parser.ParseFrom(bytes);
        NodeId from = new(envelope.From);
        NodeId to = new(envelope.To);
        return (PeerMessage?)RaftFrom(envelope, from, to, new Term(envelope.Term)) ?? MembershipFrom(envelope, from, to);
    }

    /// <summary>Whether a message must not wait behind bulk data: the failure detector and the leases live on it.</summary>
    public static bool IsUrgent(PeerMessage message) => message is not (AppendRequest or AppendResponse or ForwardedCommand);

    private static void PutRaft(PeerEnvelope envelope, RaftMessage message)
    {
        switch (message)
        {
            case PreVoteRequest ask:
                envelope.PreVoteAsk = new PreVoteAsk { LastIndex = ask.LastIndex.Value, LastTerm = ask.LastTerm.Value };
                break;
            case PreVoteResponse answer:
                envelope.PreVoteAnswer = new VoteAnswer { Granted = answer.Granted };
                break;
            case VoteRequest ask:
                envelope.VoteAsk = new PreVoteAsk { LastIndex = ask.LastIndex.Value, LastTerm = ask.LastTerm.Value };
                break;
            case VoteResponse answer:
                envelope.VoteAnswer = new VoteAnswer { Granted = answer.Granted };
                break;
            case AppendRequest append:
                envelope.Append = ToWire(append);
                break;
            case AppendResponse answer:
                envelope.AppendAnswer = new AppendAnswer
                {
                    Rejected = answer.Rejected,
                    Index = answer.Index.Value,
                    HintIndex = answer.HintIndex.Value,
                    HintTerm = answer.HintTerm.Value,
                };
                break;
            case Heartbeat beat:
                envelope.Beat = new Beat { SentAt = beat.SentAt.Nanoseconds, Commit = beat.Commit.Value, Match = beat.Match.Value };
                break;
            case HeartbeatResponse answer:
                envelope.BeatAnswer = new BeatAnswer
                {
                    SentAt = answer.SentAt.Nanoseconds,
                    Received = answer.Received.Value,
                    Match = answer.Match.Value,
                };
                break;
            default:
                throw NoForm(message);
        }
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
            case ForwardedCommand command:
                envelope.ForwardedCommand = UnsafeByteOperations.UnsafeWrap(command.Payload);
                break;
            default:
                throw NoForm(message);
        }
    }

    private static Append ToWire(AppendRequest message)
    {
        var append = new Append
        {
            PrevIndex = message.PrevIndex.Value,
            PrevTerm = message.PrevTerm.Value,
            Commit = message.Commit.Value,
        };
        foreach (LogEntry entry in message.Entries)
        {
            append.Entries.Add(new Entry
            {
                Index = entry.Index.Value,
                Term = entry.Term.Value,
                Kind = (uint)entry.Kind,
                Payload = UnsafeByteOperations.UnsafeWrap(entry.Payload),
            });
        }

        return append;
    }

    private static RaftMessage? RaftFrom(PeerEnvelope envelope, NodeId from, NodeId to, Term term) => envelope.KindCase switch
    {
        PeerEnvelope.KindOneofCase.PreVoteAsk => new PreVoteRequest(
            from, to, term, new LogIndex(envelope.PreVoteAsk.LastIndex), new Term(envelope.PreVoteAsk.LastTerm)),
        PeerEnvelope.KindOneofCase.PreVoteAnswer => new PreVoteResponse(from, to, term, envelope.PreVoteAnswer.Granted),
        PeerEnvelope.KindOneofCase.VoteAsk => new VoteRequest(
            from, to, term, new LogIndex(envelope.VoteAsk.LastIndex), new Term(envelope.VoteAsk.LastTerm)),
        PeerEnvelope.KindOneofCase.VoteAnswer => new VoteResponse(from, to, term, envelope.VoteAnswer.Granted),
        PeerEnvelope.KindOneofCase.Append => AppendFrom(envelope.Append, from, to, term),
        PeerEnvelope.KindOneofCase.AppendAnswer => new AppendResponse(
            from,
            to,
            term,
            envelope.AppendAnswer.Rejected,
            new LogIndex(envelope.AppendAnswer.Index),
            new LogIndex(envelope.AppendAnswer.HintIndex),
            new Term(envelope.AppendAnswer.HintTerm)),
        PeerEnvelope.KindOneofCase.Beat => new Heartbeat(
            from,
            to,
            term,
            new MonotonicTime(envelope.Beat.SentAt),
            new LogIndex(envelope.Beat.Commit),
            new LogIndex(envelope.Beat.Match)),
        PeerEnvelope.KindOneofCase.BeatAnswer => new HeartbeatResponse(
            from,
            to,
            term,
            new MonotonicTime(envelope.BeatAnswer.SentAt),
            new LogIndex(envelope.BeatAnswer.Received),
            new LogIndex(envelope.BeatAnswer.Match)),
        _ => null,
    };

    private static MembershipMessage? MembershipFrom(PeerEnvelope envelope, NodeId from, NodeId to) => envelope.KindCase switch
    {
        PeerEnvelope.KindOneofCase.LeaseAsk => new LeaseRequest(
            from, to, new Incarnation(envelope.LeaseAsk.Incarnation), new MonotonicTime(envelope.LeaseAsk.Stamp)),
        PeerEnvelope.KindOneofCase.LeaseGiven => new LeaseGrant(
            from,
            to,
            new Incarnation(envelope.LeaseGiven.Incarnation),
            new MonotonicTime(envelope.LeaseGiven.Stamp),
            new Incarnation(envelope.LeaseGiven.GrantorIncarnation)),
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
        PeerEnvelope.KindOneofCase.ForwardedCommand => new ForwardedCommand(from, to, envelope.ForwardedCommand.Memory),
        _ => null,
    };

    /// <summary>An entry of an unknown kind makes the whole message unknown: it can't be stored.</summary>
    private static AppendRequest? AppendFrom(Append append, NodeId from, NodeId to, Term term)
    {
        var entries = new LogEntry[append.Entries.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            Entry entry = append.Entries[i];
            if (entry.Kind is not ((uint)EntryKind.Barrier or (uint)EntryKind.Command))
            {
                return null;
            }

            entries[i] = new LogEntry(
                new LogIndex(entry.Index), new Term(entry.Term), (EntryKind)entry.Kind, entry.Payload.Memory);
        }

        return new AppendRequest(
            from, to, term, new LogIndex(append.PrevIndex), new Term(append.PrevTerm), new LogIndex(append.Commit), entries);
    }

    private static ArgumentException NoForm(PeerMessage message) =>
        new($"a {message.GetType().Name} was to be sent, but it has no form on the wire; add it to peer.proto and PeerCodec");
}
