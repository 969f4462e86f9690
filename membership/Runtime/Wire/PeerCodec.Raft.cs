using Cluster.Consensus;
using Google.Protobuf;

namespace Cluster.Runtime.Wire;

// The messages of the consensus engine.
internal static partial class PeerCodec
{
    /// <summary>The bytes of a message of the consensus engine.</summary>
    /// <exception cref="ArgumentException">The message's kind has no form on the wire: a programming error.</exception>
    public static byte[] Encode(in RaftMessage message)
    {
        var envelope = new PeerEnvelope
        {
            FeatureLevel = FeatureLevel,
            From = message.From.Value,
            To = message.To.Value,
            Term = message.Term.Value,
            Session = message.Session,
        };
        PutRaft(envelope, message);
        return envelope.ToByteArray();
    }

    /// <summary>Whether a message must not wait behind bulk data.</summary>
    public static bool IsUrgent(in RaftMessage message) =>
        message.Kind is not (RaftMessageKind.AppendRequest
            or RaftMessageKind.AppendResponse
            or RaftMessageKind.SnapshotChunk
            or RaftMessageKind.SnapshotResponse
            or RaftMessageKind.Proposal);

    private static void PutRaft(PeerEnvelope envelope, in RaftMessage message)
    {
        switch (message.Kind)
        {
            case RaftMessageKind.PreVoteRequest:
                envelope.PreVoteAsk = new PreVoteAsk { LastIndex = message.Index.Value, LastTerm = message.LogTerm.Value };
                break;
            case RaftMessageKind.PreVoteResponse:
                envelope.PreVoteAnswer = new VoteAnswer { Granted = message.Granted, PatienceUs = Microseconds(message.Patience) };
                break;
            case RaftMessageKind.VoteRequest:
                envelope.VoteAsk = new VoteAsk
                {
                    LastIndex = message.Index.Value,
                    LastTerm = message.LogTerm.Value,
                    Successor = message.IsSuccessor,
                    Handovers = message.Handovers,
                };
                break;
            case RaftMessageKind.VoteResponse:
                envelope.VoteAnswer = new VoteAnswer { Granted = message.Granted, PatienceUs = Microseconds(message.Patience) };
                break;
            case RaftMessageKind.AppendRequest:
                envelope.Append = ToWire(message);
                break;
            case RaftMessageKind.AppendResponse:
                envelope.AppendAnswer = new AppendAnswer
                {
                    Rejected = message.Rejected,
                    Index = message.Index.Value,
                    HintIndex = message.HintIndex.Value,
                    HintTerm = message.HintTerm.Value,
                };
                break;
            case RaftMessageKind.Heartbeat:
                envelope.Beat = new Beat
                {
                    SentAt = message.SentAt.Nanoseconds,
                    Commit = message.Commit.Value,
                    Match = message.Match.Value,
                    Handovers = message.Handovers,
                    Newcomer = message.Context,
                };
                break;
            case RaftMessageKind.HeartbeatResponse:
                envelope.BeatAnswer = new BeatAnswer
                {
                    SentAt = message.SentAt.Nanoseconds,
                    Received = message.Received.Value,
                    Match = message.Match.Value,
                    Newcomer = message.Context,
                    PatienceUs = Microseconds(message.Patience),
                };
                break;
            case RaftMessageKind.SnapshotChunk:
                envelope.SnapshotPart = ToPart(message);
                break;
            case RaftMessageKind.SnapshotResponse:
                envelope.SnapshotAnswer = ToAnswer(message);
                break;
            case RaftMessageKind.ReadRequest:
                envelope.ReadAsk = new ReadAsk { Question = message.Context };
                break;
            case RaftMessageKind.ReadResponse:
                envelope.ReadAnswer = new ReadAnswer
                {
                    Refused = message.Rejected,
                    Question = message.Context,
                    Index = message.Index.Value,
                };
                break;
            case RaftMessageKind.Proposal:
                envelope.ForwardedCommand = UnsafeByteOperations.UnsafeWrap(message.Data);
                break;
            case RaftMessageKind.TransferRequest:
                envelope.TransferAsk = new TransferAsk { LastIndex = message.Index.Value, Handovers = message.Handovers };
                break;
            default:
                throw NoForm(message.Kind.ToString());
        }
    }

    /// <summary>Rounded down: nobody may count on more than is kept.</summary>
    internal static uint Microseconds(TimeSpan span) => (uint)Math.Clamp(span.Ticks / TimeSpan.TicksPerMicrosecond, 0, uint.MaxValue);

    private static Append ToWire(in RaftMessage message)
    {
        var append = new Append
        {
            PrevIndex = message.Index.Value,
            PrevTerm = message.LogTerm.Value,
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

    private static RaftMessage RaftFrom(PeerEnvelope envelope, NodeId from, NodeId to, Term term) => envelope.KindCase switch
    {
        PeerEnvelope.KindOneofCase.PreVoteAsk => RaftMessage.PreVoteRequest(
            from, to, term, new LogIndex(envelope.PreVoteAsk.LastIndex), new Term(envelope.PreVoteAsk.LastTerm)),
        PeerEnvelope.KindOneofCase.PreVoteAnswer => RaftMessage.PreVoteResponse(from, to, term, envelope.PreVoteAnswer.Granted) with
        {
            Patience = TimeSpan.FromMicroseconds(envelope.PreVoteAnswer.PatienceUs),
        },
        PeerEnvelope.KindOneofCase.VoteAsk => RaftMessage.VoteRequest(
            from, to, term, new LogIndex(envelope.VoteAsk.LastIndex), new Term(envelope.VoteAsk.LastTerm)) with
        {
            IsSuccessor = envelope.VoteAsk.Successor,
            Handovers = envelope.VoteAsk.Handovers,
        },
        PeerEnvelope.KindOneofCase.VoteAnswer => RaftMessage.VoteResponse(from, to, term, envelope.VoteAnswer.Granted) with
        {
            Patience = TimeSpan.FromMicroseconds(envelope.VoteAnswer.PatienceUs),
        },
        PeerEnvelope.KindOneofCase.Append => AppendFrom(envelope.Append, from, to, term),
        PeerEnvelope.KindOneofCase.AppendAnswer => AppendAnswerFrom(envelope.AppendAnswer, from, to, term),
        PeerEnvelope.KindOneofCase.Beat => RaftMessage.Heartbeat(
            from,
            to,
            term,
            new MonotonicTime(envelope.Beat.SentAt),
            new LogIndex(envelope.Beat.Commit),
            new LogIndex(envelope.Beat.Match)) with
        {
            Handovers = envelope.Beat.Handovers,
            Context = envelope.Beat.Newcomer,
        },
        PeerEnvelope.KindOneofCase.BeatAnswer => RaftMessage.HeartbeatResponse(
            from,
            to,
            term,
            new MonotonicTime(envelope.BeatAnswer.SentAt),
            new LogIndex(envelope.BeatAnswer.Received),
            new LogIndex(envelope.BeatAnswer.Match)) with
        {
            Context = envelope.BeatAnswer.Newcomer,
            Patience = TimeSpan.FromMicroseconds(envelope.BeatAnswer.PatienceUs),
        },
        PeerEnvelope.KindOneofCase.SnapshotPart => PartFrom(envelope.SnapshotPart, from, to, term),
        PeerEnvelope.KindOneofCase.SnapshotAnswer => SnapshotAnswerFrom(envelope.SnapshotAnswer, from, to, term),
        PeerEnvelope.KindOneofCase.ReadAsk => RaftMessage.ReadRequest(from, to, term, envelope.ReadAsk.Question),
        PeerEnvelope.KindOneofCase.ReadAnswer => RaftMessage.ReadResponse(
            from, to, term, envelope.ReadAnswer.Question, new LogIndex(envelope.ReadAnswer.Index)) with
        {
            Rejected = envelope.ReadAnswer.Refused,
        },
        PeerEnvelope.KindOneofCase.ForwardedCommand => RaftMessage.Proposal(from, to, envelope.ForwardedCommand.Memory),
        PeerEnvelope.KindOneofCase.TransferAsk => RaftMessage.TransferRequest(
            from, to, term, new LogIndex(envelope.TransferAsk.LastIndex), envelope.TransferAsk.Handovers),
        _ => default,
    };

    private static RaftMessage AppendAnswerFrom(AppendAnswer answer, NodeId from, NodeId to, Term term) =>
        RaftMessage.AppendResponse(from, to, term, new LogIndex(answer.Index)) with
        {
            Rejected = answer.Rejected,
            HintIndex = new LogIndex(answer.HintIndex),
            HintTerm = new Term(answer.HintTerm),
        };

    /// <summary>An entry of an unknown kind makes the whole message unknown: it can't be stored.</summary>
    private static RaftMessage AppendFrom(Append append, NodeId from, NodeId to, Term term)
    {
        var entries = new LogEntry[append.Entries.Count];
        for (int i = 0; i < entries.Length; i++)
        {
            Entry entry = append.Entries[i];
            if (entry.Kind is not ((uint)EntryKind.Barrier or (uint)EntryKind.Command or (uint)EntryKind.Configuration))
            {
                return default;
            }

            entries[i] = new LogEntry(
                new LogIndex(entry.Index), new Term(entry.Term), (EntryKind)entry.Kind, entry.Payload.Memory);
        }

        return RaftMessage.AppendRequest(
            from, to, term, new LogIndex(append.PrevIndex), new Term(append.PrevTerm), new LogIndex(append.Commit), entries);
    }
}
