using System.Globalization;
using Cluster.Consensus;
using Cluster.Storage;

namespace Cluster.Api.Cli.Wal;

/// <summary>What <c>wal check</c> and <c>wal dump</c> show people.</summary>
internal static class WalScreen
{
    public static void Write(TextWriter target, WalReport report)
    {
        target.WriteLine($"{report.Directory}: {(report.IsSound ? "sound" : "DAMAGED")}");
        if (report.InUseBy is { } process)
        {
            target.WriteLine($"in use by process {process}: this is one moment of it, and what is written just now may show as unfinished");
        }

        if (!report.IsSound)
        {
            target.WriteLine("as far as it can be trusted:");
        }

        target.WriteLine(Text($"term {report.HardState.Term.Value}, {Vote(report.HardState)}"));
        target.WriteLine(report.LastIndex < report.FirstIndex
            ? Text($"no entries kept, next is {report.LastIndex.Value + 1}")
            : Text($"entries {report.FirstIndex.Value} to {report.LastIndex.Value}"));
        WriteSnapshots(target, report);
        WriteSegments(target, report);
        string? said = null;
        foreach (WalFinding finding in report.Findings)
        {
            target.WriteLine();
            string word = finding.Severity == WalSeverity.Damage ? "DAMAGE" : "note";
            target.WriteLine(Text($"{word}: {finding.File} at byte {finding.Offset}: {finding.Text}."));
            if (finding.WayOut != said)
            {
                target.WriteLine($"  What to do: {finding.WayOut}.");
                said = finding.WayOut;
            }
        }
    }

    public static string Line(WalRecord record)
    {
        string place = Text($"{Path.GetFileName(record.File)} {record.Offset,9}  #{record.Sequence,-7}");
        string what = record.Kind switch
        {
            WalRecordKind.HardState => Text($"term {record.Term.Value}, {Vote(new HardState(record.Term, record.VotedFor))}"),
            WalRecordKind.Entry => Entry(record),
            WalRecordKind.Truncate => Text($"{record.Index.Value} and later entries are forgotten"),
            WalRecordKind.UseSnapshot => Text($"through {record.Index.Value} (term {record.Term.Value}), keeps entries from {record.KeepFrom.Value}")
                + (record.ReplacesLog ? ", replaces the whole log" : ""),
            WalRecordKind.Mark => "all before was synced (clean close)",
            _ => Text($"{record.Bytes} bytes: {record.Problem}"),
        };
        return $"{place} {(record.Kind == WalRecordKind.Unreadable ? "DAMAGE" : Words.Of(record.Kind)),-9} {what}";
    }

    private static void WriteSnapshots(TextWriter target, WalReport report)
    {
        foreach (WalSnapshot snapshot in report.Snapshots)
        {
            string what = snapshot.Meta is { } meta
                ? Text($"through {meta.Index.Value} (term {meta.Term.Value}), {meta.Bytes:N0} bytes, {meta.Configuration}")
                : "unreadable";
            string state = (snapshot.IsReferenced || !report.IsSound ? "" : " (not referenced)") + (snapshot.IsSound ? "" : " DAMAGED");
            target.WriteLine($"snapshot {what}{state}");
        }
    }

    private static void WriteSegments(TextWriter target, WalReport report)
    {
        target.WriteLine();
        target.WriteLine($"{"segment",-26} {"format",6} {"records",9} {"entries",21} {"terms",11} {"votes",6} {"used",6}");
        foreach (WalSegment segment in report.Segments)
        {
            string entries = segment.Entries == 0 ? "-" : Text($"{segment.FirstIndex.Value}..{segment.LastIndex.Value}");
            string terms = segment.Entries == 0 ? "-" : Text($"{segment.FirstTerm.Value}..{segment.LastTerm.Value}");
            string format = segment.Version == 0 ? "?" : Text($"{segment.Version}");
            long used = segment.Bytes == 0 ? 0 : segment.UsedBytes * 100 / segment.Bytes;
            target.WriteLine(Text(
                $"{Path.GetFileName(segment.File),-26} {format,6} {segment.Records,9} {entries,21} {terms,11} {segment.Votes.Count,6} {used,4} %"));
        }
    }

    private static string Entry(WalRecord record)
    {
        string head = Text($"{record.Index.Value}, term {record.Term.Value}, {Words.Of(record.EntryKind)}");
        if (record.Payload.IsEmpty)
        {
            return head;
        }

        string body = EntryText.Command(record.EntryKind, record.Payload)
            ?? EntryText.Hex(record.Payload) + (record.Payload.Length > 32 ? "..." : "");
        return Text($"{head}, {record.Payload.Length} bytes: {body}");
    }

    private static string Vote(HardState state) =>
        state.VotedFor.IsNone ? "no vote" : Text($"voted for {state.VotedFor.Value}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
