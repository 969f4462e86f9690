using Cluster.Consensus;
using Cluster.Transport;

namespace Cluster.Runtime.Wire;

/// <summary>
/// One of the messages that flow all the time (appends, heartbeats, their answers), written straight into the buffer it is sent
/// from. The bytes are those of <see cref="PeerCodec"/>'s generated code (peer.proto), which a test compares.
/// </summary>
internal sealed class RaftFrame : OutgoingFrame
{
    private readonly RaftMessage _message;
    private readonly int _content;

    private RaftFrame(in RaftMessage message)
    {
        _message = message;
        _content = SizeOfContent(message);
        Length = WireWriter.SizeOf(PeerCodec.FeatureLevel) + WireWriter.SizeOf(message.From.Value) + WireWriter.SizeOf(message.To.Value)
            + WireWriter.SizeOf(message.Term.Value) + WireWriter.SizeOf(message.Session) + (Number(message.Kind) < 16 ? 1 : 2) + WireWriter.SizeOfDelimited(_content);
    }

    /// <inheritdoc/>
    public override int Length { get; }

    /// <summary>The frame of a message; null when it is of another kind.</summary>
    public static RaftFrame? TryMake(in RaftMessage message) => Number(message.Kind) == 0 ? null : new RaftFrame(message);

    /// <inheritdoc/>
    public override void Write(Span<byte> body)
    {
        var writer = new WireWriter(body);
        writer.Field(PeerEnvelope.FeatureLevelFieldNumber, PeerCodec.FeatureLevel);
        writer.Field(PeerEnvelope.FromFieldNumber, _message.From.Value);
        writer.Field(PeerEnvelope.ToFieldNumber, _message.To.Value);
        writer.Field(PeerEnvelope.TermFieldNumber, _message.Term.Value);
        writer.Field(PeerEnvelope.SessionFieldNumber, _message.Session);
        writer.Begin(Number(_message.Kind), _content);
        switch (_message.Kind)
        {
            case RaftMessageKind.AppendRequest:
                WriteAppend(ref writer);
                break;
            case RaftMessageKind.AppendResponse:
                writer.Field(AppendAnswer.RejectedFieldNumber, _message.Rejected ? 1u : 0);
                writer.Field(AppendAnswer.IndexFieldNumber, _message.Index.Value);
                writer.Field(AppendAnswer.HintIndexFieldNumber, _message.HintIndex.Value);
                writer.Field(AppendAnswer.HintTermFieldNumber, _message.HintTerm.Value);
                break;
            case RaftMessageKind.Heartbeat:
                writer.FixedField(Beat.SentAtFieldNumber, _message.SentAt.Nanoseconds);
                writer.Field(Beat.CommitFieldNumber, _message.Commit.Value);
                writer.Field(Beat.MatchFieldNumber, _message.Match.Value);
                writer.Field(Beat.HandoversFieldNumber, _message.Handovers);
                writer.FixedField(Beat.NewcomerFieldNumber, (long)_message.Context);
                break;
            default:
                writer.FixedField(BeatAnswer.SentAtFieldNumber, _message.SentAt.Nanoseconds);
                writer.Field(BeatAnswer.ReceivedFieldNumber, _message.Received.Value);
                writer.Field(BeatAnswer.MatchFieldNumber, _message.Match.Value);
                writer.FixedField(BeatAnswer.NewcomerFieldNumber, (long)_message.Context);
                writer.Field(BeatAnswer.PatienceUsFieldNumber, PeerCodec.Microseconds(_message.Patience));
                break;
        }
    }

    private static int Number(RaftMessageKind kind) => kind switch
    {
        RaftMessageKind.AppendRequest => PeerEnvelope.AppendFieldNumber,
        RaftMessageKind.AppendResponse => PeerEnvelope.AppendAnswerFieldNumber,
        RaftMessageKind.Heartbeat => PeerEnvelope.BeatFieldNumber,
        RaftMessageKind.HeartbeatResponse => PeerEnvelope.BeatAnswerFieldNumber,
        _ => 0,
    };

    private static int SizeOfContent(in RaftMessage message) => message.Kind switch
    {
        RaftMessageKind.AppendRequest => WireWriter.SizeOf(message.Index.Value) + WireWriter.SizeOf(message.LogTerm.Value)
            + WireWriter.SizeOf(message.Commit.Value) + SizeOfEntries(message.Entries),
        RaftMessageKind.AppendResponse => (message.Rejected ? 2 : 0) + WireWriter.SizeOf(message.Index.Value)
            + WireWriter.SizeOf(message.HintIndex.Value) + WireWriter.SizeOf(message.HintTerm.Value),
        RaftMessageKind.Heartbeat => WireWriter.SizeOfFixed(message.SentAt.Nanoseconds)
            + WireWriter.SizeOf(message.Commit.Value) + WireWriter.SizeOf(message.Match.Value) + WireWriter.SizeOf(message.Handovers)
            + WireWriter.SizeOfFixed((long)message.Context),
        RaftMessageKind.HeartbeatResponse => WireWriter.SizeOfFixed(message.SentAt.Nanoseconds)
            + WireWriter.SizeOf(message.Received.Value) + WireWriter.SizeOf(message.Match.Value)
            + WireWriter.SizeOfFixed((long)message.Context) + WireWriter.SizeOf(PeerCodec.Microseconds(message.Patience)),
        _ => 0,
    };

    private static int SizeOfEntries(in EntryRange entries)
    {
        int size = 0;
        foreach (ref readonly LogEntry entry in entries.Span)
        {
            size += 1 + WireWriter.SizeOfDelimited(SizeOf(entry));
        }

        return size;
    }

    private static int SizeOf(in LogEntry entry)
    {
        int payload = entry.Payload.Length;
        return WireWriter.SizeOf(entry.Index.Value) + WireWriter.SizeOf(entry.Term.Value) + WireWriter.SizeOf((ulong)entry.Kind)
            + (payload == 0 ? 0 : 1 + WireWriter.SizeOfDelimited(payload));
    }

    private void WriteAppend(ref WireWriter writer)
    {
        writer.Field(Append.PrevIndexFieldNumber, _message.Index.Value);
        writer.Field(Append.PrevTermFieldNumber, _message.LogTerm.Value);
        writer.Field(Append.CommitFieldNumber, _message.Commit.Value);
        foreach (ref readonly LogEntry entry in _message.Entries.Span)
        {
            writer.Begin(Append.EntriesFieldNumber, SizeOf(entry));
            writer.Field(Entry.IndexFieldNumber, entry.Index.Value);
            writer.Field(Entry.TermFieldNumber, entry.Term.Value);
            writer.Field(Entry.KindFieldNumber, (ulong)entry.Kind);
            if (!entry.Payload.IsEmpty)
            {
                writer.Begin(Entry.PayloadFieldNumber, entry.Payload.Length);
                writer.Bytes(entry.Payload.Span);
            }
        }
    }
}
