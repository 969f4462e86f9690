using System.Globalization;
using System.Text.Json;
using Cluster.Benchmarks.Consensus;
using Cluster.Benchmarks.Report;
using Cluster.Tests.Support.Network;

namespace Cluster.Benchmarks.Scale;

/// <summary><c>cluster-bench scale</c>: one part after the other, printed as they come.</summary>
internal static class ScaleBenchmark
{
    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(ScaleOptions options)
    {
        string folder = NamespaceLeftovers.MakeFolder();
        try
        {
            ScaleReport report = new() { Machine = MachineFacts.Read(folder, etcd: null, options.Quick) };
            report.Method.AddRange(s_method);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Machine.Processor}, {report.Machine.Cores} cores, Linux {report.Machine.Kernel}, {report.Machine.Runtime}; load average {report.Machine.LoadAverage:0.0}{(options.Quick ? "\nquick run: the numbers mean nothing" : "")}"));
            await MeasureAsync(options, folder, report);
            Judge(report);
            Console.WriteLine();
            foreach (Verdict verdict in report.Verdicts)
            {
                Console.WriteLine($"{(verdict.Met ? "met    " : "NOT MET")}  {verdict.What}: {verdict.Measured} (target {verdict.Target})");
            }

            Console.WriteLine("\n" + string.Join('\n', report.Method.Select(line => $"- {line}")));
            if (options.JsonFile is { } file)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, ScaleJson.Default.ScaleReport));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static readonly string[] s_method =
    [
        "memory: the daemon's core and engine, one each member, in one process; virtual clock, but each input costs its member the processor time that it truly took (garbage collection not counted); "
            + "a message takes 0.2 ms, a sync 1 ms; links, TLS and their codecs are not in it; five founders, the others are listed by an operator and then start all at once",
        "fan-out: one daemon, the subscribers are readers of server-sent events on its Unix socket, in another process on the same processors; an event's time runs from the first subscriber that has it",
        "processes: daemons on loopback, plain links, lan profile, no BMCs; as many as fit into seven tenths of the free memory",
    ];

    private static async Task MeasureAsync(ScaleOptions options, string folder, ScaleReport report)
    {
        if (options.Has("memory"))
        {
            report.Memory = new MemoryPart(options, Tell("memory")).Run();
        }

        if (options.Has("fan-out"))
        {
            report.FanOut = await FanOutPart.RunAsync(options, folder, Tell("fan-out"));
        }

        if (options.Has("processes"))
        {
            report.Processes = await ProcessesPart.RunAsync(options, folder, Tell("processes"));
        }
    }

    private static Action<string> Tell(string part) => text => Console.WriteLine($"{part,-10} {text}");

    private static void Judge(ScaleReport report)
    {
        void FalseDowns(string part, int? downs)
        {
            if (downs is { } count)
            {
                report.Verdicts.Add(new Verdict($"{part}: false downs", "0", count.ToString(CultureInfo.InvariantCulture), count == 0));
            }
        }

        FalseDowns("memory", report.Memory?.FalseDowns);
        FalseDowns("fan-out", report.FanOut?.FalseDowns);
        FalseDowns("processes", report.Processes?.FalseDowns);
        if (report.FanOut is { } fanOut)
        {
            report.Verdicts.Add(new Verdict("fan-out: events missed", "0", fanOut.Missed.ToString(CultureInfo.InvariantCulture), fanOut.Missed == 0));
        }
    }
}
