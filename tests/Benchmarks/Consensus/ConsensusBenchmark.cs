using System.Text.Json;
using Cluster.Benchmarks.Etcd;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Consensus;

/// <summary><c>cluster-bench consensus</c>: one part after the other, printed as they come.</summary>
internal static class ConsensusBenchmark
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(BenchOptions options)
    {
        string folder = MachineFacts.MakeFolder(options.Folder);
        try
        {
            string? etcd = options.Has("etcd") ? await EtcdCluster.VersionAsync() : null;
            BenchReport report = new() { Machine = MachineFacts.Read(folder, etcd, options.Quick) };
            report.Method.AddRange(MethodOf(options, etcd));
            Console.Write(ReportText.Head(report.Machine) + "\n");
            await MeasureAsync(options, folder, report, withEtcd: etcd is not null);
            Targets.Judge(report);
            Console.Write(ReportText.Parts(report) + ReportText.Method(report));
            if (options.JsonFile is { } file)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, ReportJson.Default.BenchReport));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(BenchOptions options, string folder, BenchReport report, bool withEtcd)
    {
        report.Raw = RawPart.Measure(options, folder);
        Console.Write(ReportText.Raw(report.Raw));
        if (options.Has("load"))
        {
            Console.Write(ReportText.LoadHead());
            LoadPart loads = new(options, folder, row => Console.Write(ReportText.Load(row)));
            report.Loads.AddRange(await loads.RunAsync(withEtcd));
        }

        if (options.Has("failover"))
        {
            report.Failover = await FailoverPart.RunAsync(options, folder);
        }

        if (options.Has("snapshot"))
        {
            report.Snapshot = await SnapshotPart.RunAsync(options, folder);
        }

        if (options.Has("open"))
        {
            report.Open = OpenPart.Run(options, folder);
        }
    }

    private static IEnumerable<string> MethodOf(BenchOptions options, string? etcd)
    {
        yield return $"cluster: three processes on loopback, each with its engine, write-ahead log (fdatasync), snapshots every 200,000 entries and links as in the daemon; {options.PayloadBytes} B "
            + "a proposal; proposers are inside the leader's process, on a thread of their own: no client socket is in the numbers";
        yield return "closed loop: so many proposals outstanding at any time; open loop: a fixed rate, latency from the intended instant, at half of etcd's and half of "
            + "our own closed-loop rate";
        yield return "snapshot: an empty fourth node comes in as a learner; the latencies before and meanwhile are of the same three voters at the same rate";
        yield return "raw: one thread to another over a loopback socket without delay; one write and one fdatasync in a file filled with zeros before";
        if (etcd is not null)
        {
            yield return $"etcd {etcd}: three members with their defaults on the same disk, not running while ours run; puts of {options.PayloadBytes} B through the leader's "
                + "JSON gateway (/v3/kv/put), a kept-alive connection a proposer; the driver shares the processors with it, and the gateway costs it a part of them";
        }
    }
}
