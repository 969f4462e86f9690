using System.Globalization;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Consensus;

/// <summary>What is aimed at, as ratios within one run wherever that is possible.</summary>
internal static class Targets
{
    private const double AllowanceUs = 100;
    private const double CommitsPerSecond = 50_000;
    private const double TimesEtcd = 5;
    private const double FailoverMs = 400;
    private const double TimesIdleP99 = 3;
    private const double OpenSeconds = 2;

    /// <summary>Judges what was measured.</summary>
    public static void Judge(BenchReport report)
    {
        List<Verdict> verdicts = report.Verdicts;
        LoadRow? One(string system, int proposers) =>
            report.Loads.FirstOrDefault(row => row.System == system && row.Loop == "closed" && row.Proposers == proposers);

        if (One("cluster", 1) is { } one && report.Raw is { } raw)
        {
            double target = raw.RoundTrip.P50Us + raw.Sync.P50Us + AllowanceUs;
            verdicts.Add(new Verdict(
                "1 proposer, p50",
                Inv($"<= round trip + fdatasync + 100 us = {target:0} us"),
                Inv($"{one.Latency.P50Us:0} us"),
                one.Latency.P50Us <= target));
        }

        if (One("cluster", 256) is { } many)
        {
            verdicts.Add(new Verdict(
                "256 proposers, commits/s", ">= 50000", Inv($"{many.CommitsPerSecond:0}"), many.CommitsPerSecond >= CommitsPerSecond));
            if (One("etcd", 256) is { } etcd)
            {
                double times = many.CommitsPerSecond / etcd.CommitsPerSecond;
                verdicts.Add(new Verdict("256 proposers, times etcd", ">= 5", Inv($"{times:0.0}"), times >= TimesEtcd));
            }
        }

        if (report.Failover is { } failover)
        {
            string measured = Inv($"median {failover.MedianMs:0} ms, worst {failover.MaxMs:0} ms");
            verdicts.Add(new Verdict("leader killed -> next commit", "<= 400 ms each time", measured, failover.MaxMs <= FailoverMs));
        }

        if (report.Snapshot is { } snapshot)
        {
            double times = snapshot.Meanwhile.P99Us / snapshot.Idle.P99Us;
            verdicts.Add(new Verdict(
                "p99 while a snapshot is sent, times idle", "<= 3", Inv($"{times:0.0}"), times <= TimesIdleP99));
        }

        if (report.Open is { } open)
        {
            verdicts.Add(new Verdict("opening the large log folder", "<= 2 s", Inv($"{open.Seconds:0.00} s"), open.Seconds <= OpenSeconds));
        }
    }

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
