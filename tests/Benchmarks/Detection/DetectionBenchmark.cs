using System.Globalization;
using System.Text.Json;
using Cluster.Benchmarks.Consensus;
using Cluster.Tests.Support.Network;

namespace Cluster.Benchmarks.Detection;

/// <summary><c>cluster-bench detection</c>: one system after the other, each alone on the machine.</summary>
internal static class DetectionBenchmark
{
    private const string Idle = "idle";
    private const string Full = "full";
    private static readonly string[] s_profiles = ["lan", "fast"];

    private static readonly (string Name, string Totem)[] s_corosync =
    [
        ("defaults", ""),
        ("token 500, coefficient 0", "  token: 500\n  token_coefficient: 0\n"),
    ];

    /// <summary>Runs it.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(DetectionOptions options)
    {
        if (NamespaceNetwork.Missing is { } missing)
        {
            Console.Error.WriteLine($"cluster-bench: {missing}");
            return 1;
        }

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, press) =>
        {
            press.Cancel = true;
            stop.Cancel();
        };
        string folder = NamespaceLeftovers.MakeFolder();
        try
        {
            DetectionReport report = new() { Machine = MachineFacts.Read(folder, etcd: null, options.Quick) };
            report.Corosync = options.Has("corosync") ? await CorosyncRig.VersionAsync() : null;
            report.Method.AddRange(Method(report.Corosync));
            Console.Write(DetectionText.Head(report));
            foreach (Func<string, Task<IDetectionRig>> start in Rigs(options, report.Corosync is not null, stop.Token))
            {
                await MeasureAsync(start, folder, options, report, stop.Token);
            }

            DetectionTargets.Judge(report);
            Console.Write(DetectionText.Tail(report));
            if (options.JsonFile is { } file)
            {
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(report, DetectionJson.Default.DetectionReport), stop.Token);
            }

            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Func<string, Task<IDetectionRig>>> Rigs(DetectionOptions options, bool withCorosync, CancellationToken cancellation)
    {
        foreach (string profile in options.Has("cluster") ? s_profiles : [])
        {
            yield return folder => ClusterRig.StartAsync(profile, folder, options.Quick, cancellation);
        }

        foreach ((string name, string totem) in withCorosync ? s_corosync : [])
        {
            yield return folder => CorosyncRig.StartAsync(name, totem, folder, cancellation);
        }
    }

    private static async Task MeasureAsync(
        Func<string, Task<IDetectionRig>> start, string folder, DetectionOptions options, DetectionReport report, CancellationToken cancellation)
    {
        string own = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rig{report.Detection.Count + report.FalseDowns.Count}"));
        Directory.CreateDirectory(own);
        await using IDetectionRig rig = await start(own);
        foreach (string load in new[] { Idle, Full }.Where(options.Has))
        {
            using BusyCores? busy = load == Full ? new BusyCores() : null;
            foreach (bool leader in options.Has("kills") ? [false, true] : Array.Empty<bool>())
            {
                List<double> last = [];
                List<double> first = [];
                for (int i = 0; i < options.Repetitions; i++)
                {
                    double[] ms = await rig.KillAsync(leader, cancellation);
                    last.Add(Math.Round(ms.Max(), 1));
                    first.Add(Math.Round(ms.Min(), 1));
                }

                report.Detection.Add(new DetectionRow(rig.System, rig.Setting, load, leader ? "leader" : "follower", last, first));
                Console.Write(DetectionText.Row(report.Detection[^1]));
            }
        }

        if (options.Has("false-downs"))
        {
            // Under load: an idle machine shows nothing. A quick run has no load.
            using BusyCores? busy = options.Has(Full) ? new BusyCores() : null;
            report.FalseDowns.Add(await rig.WatchAsync(busy is null ? Idle : Full, TimeSpan.FromMinutes(options.Minutes), cancellation));
            Console.Write(DetectionText.Row(report.FalseDowns[^1]));
        }
    }

    private static IEnumerable<string> Method(string? corosync)
    {
        yield return "three nodes of one system at a time, each in a network namespace of its own, joined by veth pairs and one bridge; nothing else of the run uses the processors, except that under "
            + "full load a busy loop of usual priority runs for each core";
        yield return "a time runs from just before SIGKILL of the node to the event at the last survivor, by one clock of this machine; the kill comes at a random moment; then the node comes back and all is waited for";
        yield return "cluster: a subscriber of server-sent events on each survivor's Unix socket; TLS on, real syncs, fencing by simulated BMCs (not part of the time)";
        if (corosync is not null)
        {
            yield return $"corosync {corosync}: knet without encryption, its defaults otherwise (real-time scheduling and locked memory among them, which our daemons do not have); corosync-quorumtool -m on each survivor; "
                + "its leader is the ring's representative";
        }

        yield return "false downs: nothing is killed; for us the events cluster.node-down, for corosync memberships in which a node is missing";
    }
}
