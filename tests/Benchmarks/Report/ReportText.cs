using System.Globalization;
using System.Text;

namespace Cluster.Benchmarks.Report;

/// <summary>The report for people.</summary>
internal static class ReportText
{
    /// <summary>The head, before anything is measured.</summary>
    public static string Head(MachineReport machine)
    {
        StringBuilder text = new();
        text.AppendLine(Inv($"{machine.Processor}, {machine.Cores} cores, Linux {machine.Kernel}, {machine.Runtime}"));
        text.AppendLine(Inv($"data folders on {machine.FileSystem}; etcd {machine.Etcd ?? "is left out"}; load average {machine.LoadAverage:0.0}"));
        if (machine.LoadAverage > machine.Cores / 4.0)
        {
            text.AppendLine("WARNING: other work runs on this machine; the numbers are worse than they need be");
        }

        if (machine.Quick)
        {
            text.AppendLine("quick run: the numbers mean nothing");
        }

        return text.ToString();
    }

    /// <summary>The raw numbers.</summary>
    public static string Raw(RawReport raw) => Inv($"""
        loopback round trip      p50 {raw.RoundTrip.P50Us,8:0.0} us   p99 {raw.RoundTrip.P99Us,8:0.0} us
        write 4 KB + fdatasync   p50 {raw.Sync.P50Us,8:0.0} us   p99 {raw.Sync.P99Us,8:0.0} us
        write 256 records + sync p50 {raw.GroupCommit.P50Us,8:0.0} us   p99 {raw.GroupCommit.P99Us,8:0.0} us   {raw.GroupCommitsPerSecond,8:0} records/s

        """);

    /// <summary>The head of the table of loads.</summary>
    public static string LoadHead() =>
        "\nsystem   loop   proposers  offered/s  commits/s    p50 us    p99 us  p99.9 us  B/commit  leader us/c  all us/c  c/sync  sync us\n";

    /// <summary>One line of the table of loads.</summary>
    public static string Load(LoadRow row)
    {
        string offered = row.OfferedPerSecond == 0 ? "-" : Inv($"{row.OfferedPerSecond:0}");
        string refused = row.Refused == 0 ? "" : Inv($"  {row.Refused} refused");
        return Inv(
            $"{row.System,-8} {row.Loop,-6} {row.Proposers,9}  {offered,9}  {row.CommitsPerSecond,9:0}  {row.Latency.P50Us,8:0}  {row.Latency.P99Us,8:0}  {row.Latency.P999Us,8:0}  {Or(row.AllocatedBytesPerCommit, "0"),8}  {Or(row.LeaderCpuUsPerCommit, "0.0"),11}  {row.TotalCpuUsPerCommit,8:0.0}  {Or(row.CommitsPerSync, "0.0"),6}  {Or(row.SyncP50Us, "0"),7}{refused}\n");
    }

    /// <summary>The rest: one line a part.</summary>
    public static string Parts(BenchReport report)
    {
        StringBuilder text = new("\n");
        if (report.Failover is { } failover)
        {
            string all = string.Join(" ", failover.Ms.Select(ms => Inv($"{ms:0}")));
            text.AppendLine(Inv($"leader killed -> next commit ({failover.Profile}): median {failover.MedianMs:0} ms, worst {failover.MaxMs:0} ms ({all})"));
        }

        if (report.Snapshot is { } snapshot)
        {
            text.AppendLine(Inv(
                $"snapshot of {snapshot.Bytes / 1048576} MB to an empty follower: {snapshot.TransferSeconds:0.0} s; p99 at {snapshot.OfferedPerSecond}/s {snapshot.Idle.P99Us:0} us before, {snapshot.Meanwhile.P99Us:0} us meanwhile"));
        }

        if (report.Open is { } open)
        {
            text.AppendLine(Inv($"opening a log folder of {open.Bytes / 1048576} MB, {open.Entries} entries: {open.Seconds:0.00} s"));
        }

        text.AppendLine();
        foreach (Verdict verdict in report.Verdicts)
        {
            text.AppendLine($"{(verdict.Met ? "met    " : "NOT MET")}  {verdict.What}: {verdict.Measured} (target {verdict.Target})");
        }

        return text.ToString();
    }

    /// <summary>How it was measured.</summary>
    public static string Method(BenchReport report) => "\n" + string.Concat(report.Method.Select(line => $"- {line}\n"));

    private static string Or(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
