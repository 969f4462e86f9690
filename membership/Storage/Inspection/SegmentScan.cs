using Cluster.Consensus;
using Cluster.Storage.Format;
using Cluster.Storage.Records;
using Google.Protobuf;

namespace Cluster.Storage;

/// <summary>
/// Reads a segment for a person who wants to see what is left of it: unlike replay, goes on behind damage at the next whole record
/// of the same log.
/// </summary>
internal sealed class SegmentScan(SegmentImage image, bool isLast)
{
    private readonly uint _salt = image.Header.RecordSalt;

    /// <summary>The end of the last write looks interrupted; a start cuts it.</summary>
    public bool IsTorn { get; private set; }

    /// <summary>The records, and what is damaged between them.</summary>
    public IEnumerable<WalRecord> Records()
    {
        uint chain = image.Header.Check;
        ulong sequence = image.Header.FirstSequence - 1;
        int offset = SegmentHeader.PageBytes;
        while (offset < image.Used)
        {
            if (image.TryRead(offset, _salt, chain, sequence, out RecordHeader record))
            {
                yield return Describe(offset, record);
            }
            else
            {
                string? problem = ProblemAt(offset, sequence + 1);
                if (problem is null)
                {
                    IsTorn = true;
                    yield break;
                }

                int next = NextWhole(offset + RecordHeader.Alignment, sequence, out record);
                yield return new WalRecord
                {
                    File = image.File,
                    Offset = offset,
                    Bytes = next - offset,
                    Kind = WalRecordKind.Unreadable,
                    Sequence = sequence + 1,
                    Problem = problem,
                };
                if (next >= image.Used)
                {
                    yield break;
                }

                offset = next;
                yield return Describe(offset, record);
            }

            chain = record.Check;
            sequence = record.Sequence;
            offset += record.RecordBytes;
        }
    }

    private string? ProblemAt(int offset, ulong sequence)
    {
        if (!isLast)
        {
            return $"record {sequence} is damaged, and a later segment exists";
        }

        try
        {
            TornTail.Require(image.Bytes, offset, _salt, sequence, image.File);
            return null;
        }
        catch (CorruptLogException e)
        {
            return e.Finding;
        }
    }

    private int NextWhole(int from, ulong sequence, out RecordHeader record)
    {
        for (int at = from; at < image.Used; at += RecordHeader.Alignment)
        {
            if (RecordHeader.TryRead(image.Bytes.AsSpan(at), _salt, out record)
                && record.Sequence > sequence
                && record.BodyIsWhole(image.Bytes.AsSpan(at)))
            {
                return at;
            }
        }

        record = default;
        return image.Used;
    }

    private WalRecord Describe(int offset, RecordHeader record)
    {
        ReadOnlyMemory<byte> payload = image.Kept.AsMemory(offset + RecordHeader.Bytes, record.Length);
        var described = new WalRecord
        {
            File = image.File,
            Offset = offset,
            Bytes = record.RecordBytes,
            Kind = WalRecordKind.Unreadable,
            Sequence = record.Sequence,
            Index = new LogIndex(record.Index),
            Term = new Term(record.Term),
        };
        switch (record.Type)
        {
            case RecordType.Entry:
                return described with { Kind = WalRecordKind.Entry, EntryKind = (EntryKind)record.Kind, Payload = payload };
            case RecordType.Truncate:
                return described with { Kind = WalRecordKind.Truncate };
            case RecordType.Mark:
                return described with { Kind = WalRecordKind.Mark };
            case RecordType.HardState
                when HardStateBytes.Read(image.Header.Version, record.Term, payload.Span) is { } state:
                return described with { Kind = WalRecordKind.HardState, VotedFor = state.VotedFor, Standoff = state.Standoff };
            case RecordType.UseSnapshot when TryReadReference(payload.Span, out SnapshotReference reference):
                return described with
                {
                    Kind = WalRecordKind.UseSnapshot,
                    KeepFrom = reference.KeepFrom,
                    ReplacesLog = reference.ReplacesLog,
                };
            default:
                return described with { Problem = $"a whole record of type {(byte)record.Type} that can't be decoded" };
        }
    }

    private static bool TryReadReference(ReadOnlySpan<byte> payload, out SnapshotReference reference)
    {
        try
        {
            reference = SnapshotReference.From(SnapshotReferenceRecord.Parser.ParseFrom(payload));
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            reference = null!;
            return false;
        }
    }
}
