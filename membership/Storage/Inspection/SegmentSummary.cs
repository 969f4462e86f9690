using Cluster.Consensus;
using Cluster.Storage.Devices;
using Cluster.Storage.Format;

namespace Cluster.Storage;

/// <summary>Counts what is in one segment.</summary>
internal static class SegmentSummary
{
    /// <summary>Reads a segment; what is wrong with it is added to <paramref name="findings"/>.</summary>
    public static WalSegment Of(IStorageDevice device, string name, bool isLast, bool inUse, List<WalFinding> findings)
    {
        _ = SegmentName.TryParse(name, out ulong number);
        SegmentImage image;
        try
        {
            image = SegmentImage.Load(device, name);
        }
        catch (CorruptLogException e)
        {
            findings.Add(WalInspector.Damage(e));
            using IDurableFile file = device.Open(name);
            return new WalSegment { File = e.File, Number = number, Version = 0, Bytes = file.Length };
        }

        var scan = new SegmentScan(image, isLast);
        List<HardState> votes = [];
        (int records, int entries, long used) = (0, 0, SegmentHeader.PageBytes);
        (LogIndex first, LogIndex last) = (new LogIndex(ulong.MaxValue), LogIndex.Zero);
        (Term firstTerm, Term lastTerm) = (new Term(ulong.MaxValue), Term.Zero);
        foreach (WalRecord record in scan.Records())
        {
            switch (record.Kind)
            {
                case WalRecordKind.Unreadable:
                    findings.Add(WalInspector.Damage(new CorruptLogException(record.File, record.Offset, record.Problem!)));
                    continue;
                case WalRecordKind.HardState:
                    votes.Add(new HardState(record.Term, record.VotedFor, record.Standoff));
                    break;
                case WalRecordKind.Entry:
                    entries++;
                    first = first < record.Index ? first : record.Index;
                    last = last > record.Index ? last : record.Index;
                    firstTerm = firstTerm < record.Term ? firstTerm : record.Term;
                    lastTerm = lastTerm > record.Term ? lastTerm : record.Term;
                    break;
            }

            records++;
            used = record.Offset + record.Bytes;
        }

        if (scan.IsTorn)
        {
            findings.Add(new WalFinding(
                WalSeverity.Note,
                image.File,
                used,
                inUse ? "the end is being written" : "the last write was interrupted, and nothing of it was ever acknowledged",
                inUse ? "Nothing: look again when the daemon is stopped" : "Nothing: the next start cuts it off"));
        }

        return new WalSegment
        {
            File = image.File,
            Number = number,
            Version = image.Header.Version,
            Bytes = image.Header.SegmentBytes,
            UsedBytes = used,
            Records = records,
            Entries = entries,
            FirstIndex = entries > 0 ? first : LogIndex.Zero,
            LastIndex = last,
            FirstTerm = entries > 0 ? firstTerm : Term.Zero,
            LastTerm = lastTerm,
            Votes = votes,
        };
    }
}
