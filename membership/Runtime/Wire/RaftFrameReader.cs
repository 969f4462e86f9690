using Cluster.Consensus;

namespace Cluster.Runtime.Wire;

/// <summary>
/// Reads the messages that flow all the time without making objects of them; payloads stay where they arrived. Knows only the form
/// that <see cref="RaftFrame"/> writes: anything else (a field it does not know, one that comes twice, damage) is left to
/// <see cref="PeerCodec"/>, so that every message has one meaning.
/// </summary>
internal static class RaftFrameReader
{
    private const uint Varint = 0;
    private const uint Fixed64 = 1;
    private const uint Delimited = 2;

    /// <summary>Reads a message.</summary>
    /// <param name="body">The frame's body; payloads of entries go on using it.</param>
    /// <param name="message">The message.</param>
    /// <returns>False when it is not of a kind or form known here.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> body, out RaftMessage message)
    {
        message = default;
        var reader = new WireReader(body);
        NodeId from = default;
        NodeId to = default;
        Term term = default;
        ulong session = 0;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            if (message.Kind != RaftMessageKind.None)
            {
                // Something after the content: the generated parser may merge or replace.
                return false;
            }

            switch (tag)
            {
                case (PeerEnvelope.FeatureLevelFieldNumber << 3) | Varint:
                    reader.Varint32();
                    break;
                case (PeerEnvelope.FromFieldNumber << 3) | Varint:
                    from = new NodeId(reader.Varint32());
                    break;
                case (PeerEnvelope.ToFieldNumber << 3) | Varint:
                    to = new NodeId(reader.Varint32());
                    break;
                case (PeerEnvelope.TermFieldNumber << 3) | Varint:
                    term = new Term(reader.Varint());
                    break;
                case (PeerEnvelope.SessionFieldNumber << 3) | Varint:
                    session = reader.Varint();
                    break;
                case (PeerEnvelope.AppendFieldNumber << 3) | Delimited:
                    message = ReadAppend(reader.Delimited());
                    break;
                case (PeerEnvelope.AppendAnswerFieldNumber << 3) | Delimited:
                    message = ReadAppendAnswer(reader.Delimited());
                    break;
                case (PeerEnvelope.BeatFieldNumber << 3) | Delimited:
                    message = ReadBeat(reader.Delimited());
                    break;
                case (PeerEnvelope.BeatAnswerFieldNumber << 3) | Delimited:
                    message = ReadBeatAnswer(reader.Delimited());
                    break;
                default:
                    return false;
            }

            if (tag >> 3 >= PeerEnvelope.AppendFieldNumber && message.Kind == RaftMessageKind.None)
            {
                return false;
            }
        }

        message = message with { From = from, To = to, Term = term, Session = session };
        return reader.IsPlain && message.Kind != RaftMessageKind.None;
    }

    private static RaftMessage ReadAppend(ReadOnlyMemory<byte> content)
    {
        var counter = new WireReader(content);
        int count = 0;
        for (uint tag = counter.Tag(); tag != 0; tag = counter.Tag())
        {
            if (tag == ((Append.EntriesFieldNumber << 3) | Delimited))
            {
                count++;
                counter.Delimited();
            }
            else if ((tag & 7) == Varint)
            {
                counter.Varint();
            }
            else
            {
                return default;
            }
        }

        var entries = new LogEntry[count];
        var reader = new WireReader(content);
        ulong prevIndex = 0;
        ulong prevTerm = 0;
        ulong commit = 0;
        count = 0;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            switch (tag)
            {
                case (Append.PrevIndexFieldNumber << 3) | Varint:
                    prevIndex = reader.Varint();
                    break;
                case (Append.PrevTermFieldNumber << 3) | Varint:
                    prevTerm = reader.Varint();
                    break;
                case (Append.CommitFieldNumber << 3) | Varint:
                    commit = reader.Varint();
                    break;
                case (Append.EntriesFieldNumber << 3) | Delimited:
                    if (!TryReadEntry(reader.Delimited(), out entries[count++]))
                    {
                        return default;
                    }

                    break;
                default:
                    return default;
            }
        }

        return reader.IsPlain
            ? RaftMessage.AppendRequest(
                default, default, default, new LogIndex(prevIndex), new Term(prevTerm), new LogIndex(commit), entries)
            : default;
    }

    private static bool TryReadEntry(ReadOnlyMemory<byte> content, out LogEntry entry)
    {
        entry = default;
        var reader = new WireReader(content);
        ulong index = 0;
        ulong term = 0;
        uint kind = 0;
        ReadOnlyMemory<byte> payload = default;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            switch (tag)
            {
                case (Entry.IndexFieldNumber << 3) | Varint:
                    index = reader.Varint();
                    break;
                case (Entry.TermFieldNumber << 3) | Varint:
                    term = reader.Varint();
                    break;
                case (Entry.KindFieldNumber << 3) | Varint:
                    kind = reader.Varint32();
                    break;
                case (Entry.PayloadFieldNumber << 3) | Delimited:
                    payload = reader.Delimited();
                    break;
                default:
                    return false;
            }
        }

        entry = new LogEntry(new LogIndex(index), new Term(term), (EntryKind)kind, payload);
        return reader.IsPlain && kind is >= (uint)EntryKind.Barrier and <= (uint)EntryKind.Configuration;
    }

    private static RaftMessage ReadAppendAnswer(ReadOnlyMemory<byte> content)
    {
        var reader = new WireReader(content);
        ulong rejected = 0;
        ulong index = 0;
        ulong hintIndex = 0;
        ulong hintTerm = 0;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            switch (tag)
            {
                case (AppendAnswer.RejectedFieldNumber << 3) | Varint:
                    rejected = reader.Varint();
                    break;
                case (AppendAnswer.IndexFieldNumber << 3) | Varint:
                    index = reader.Varint();
                    break;
                case (AppendAnswer.HintIndexFieldNumber << 3) | Varint:
                    hintIndex = reader.Varint();
                    break;
                case (AppendAnswer.HintTermFieldNumber << 3) | Varint:
                    hintTerm = reader.Varint();
                    break;
                default:
                    return default;
            }
        }

        RaftMessage answer = RaftMessage.AppendResponse(default, default, default, new LogIndex(index));
        return reader.IsPlain
            ? answer with { Rejected = rejected != 0, HintIndex = new LogIndex(hintIndex), HintTerm = new Term(hintTerm) }
            : default;
    }

    private static RaftMessage ReadBeat(ReadOnlyMemory<byte> content)
    {
        var reader = new WireReader(content);
        long sentAt = 0;
        ulong commit = 0;
        ulong match = 0;
        uint handovers = 0;
        ulong newcomer = 0;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            switch (tag)
            {
                case (Beat.SentAtFieldNumber << 3) | Fixed64:
                    sentAt = reader.Fixed64();
                    break;
                case (Beat.CommitFieldNumber << 3) | Varint:
                    commit = reader.Varint();
                    break;
                case (Beat.MatchFieldNumber << 3) | Varint:
                    match = reader.Varint();
                    break;
                case (Beat.HandoversFieldNumber << 3) | Varint:
                    handovers = reader.Varint32();
                    break;
                case (Beat.NewcomerFieldNumber << 3) | Fixed64:
                    newcomer = (ulong)reader.Fixed64();
                    break;
                default:
                    return default;
            }
        }

        RaftMessage beat = RaftMessage.Heartbeat(
            default, default, default, new MonotonicTime(sentAt), new LogIndex(commit), new LogIndex(match));
        return reader.IsPlain ? beat with { Handovers = handovers, Context = newcomer } : default;
    }

    private static RaftMessage ReadBeatAnswer(ReadOnlyMemory<byte> content)
    {
        var reader = new WireReader(content);
        long sentAt = 0;
        ulong received = 0;
        ulong match = 0;
        ulong newcomer = 0;
        uint patience = 0;
        for (uint tag = reader.Tag(); tag != 0; tag = reader.Tag())
        {
            switch (tag)
            {
                case (BeatAnswer.SentAtFieldNumber << 3) | Fixed64:
                    sentAt = reader.Fixed64();
                    break;
                case (BeatAnswer.ReceivedFieldNumber << 3) | Varint:
                    received = reader.Varint();
                    break;
                case (BeatAnswer.MatchFieldNumber << 3) | Varint:
                    match = reader.Varint();
                    break;
                case (BeatAnswer.NewcomerFieldNumber << 3) | Fixed64:
                    newcomer = (ulong)reader.Fixed64();
                    break;
                case (BeatAnswer.PatienceUsFieldNumber << 3) | Varint:
                    patience = reader.Varint32();
                    break;
                default:
                    return default;
            }
        }

        RaftMessage answer = RaftMessage.HeartbeatResponse(
            default, default, default, new MonotonicTime(sentAt), new LogIndex(received), new LogIndex(match));
        return reader.IsPlain ? answer with { Context = newcomer, Patience = TimeSpan.FromMicroseconds(patience) } : default;
    }
}
