using System.Diagnostics;
using Cluster.Tests.DevCluster;
using Cluster.Tests.DevCluster.Counters;

namespace Cluster.Tests.Demo;

/// <summary><c>./cluster demo</c>: runs a failover, audits the counters, reports.</summary>
internal static class DemoCommand
{
    public static async Task<int> RunAsync(DemoSettings settings, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("cluster-demo-").FullName;
        LocalCluster? cluster = null;
        Failover? failover = null;
        List<string> problems = [];
        bool left = false;
        bool interrupted = false;
        try
        {
            Stopwatch clock = Stopwatch.StartNew();
            cluster = await LocalCluster.StartAsync(
                new LocalClusterOptions
                {
                    Folder = folder,
                    WithWorkload = true,
                    BmcTrouble = settings.WrongBmcPassword ? BmcTrouble.WrongPassword : BmcTrouble.None,
                    Timing = settings.Timing,
                },
                cancellation).ConfigureAwait(false);
            Console.WriteLine($"three nodes are starting; their BMCs are {cluster.BmcKind}");
            failover = new Failover(cluster, settings);
            await failover.RunAsync(clock, cancellation).ConfigureAwait(false);
        }
        catch (DemoFailedException failure)
        {
            problems.Add(failure.Message);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // A terminal's Ctrl-C also ends the BMCs under the command's hands, so that anything may fail then.
            interrupted = true;
        }
        finally
        {
            if (cluster is not null)
            {
                bool good = problems.Count == 0 && !interrupted;
                if (!interrupted)
                {
                    await StopWorkloadsAsync(cluster).ConfigureAwait(false);
                }

                left = settings.Keep && good;
                if (!left)
                {
                    await cluster.ShutdownAsync(TimeSpan.FromSeconds(good ? 8 : 1)).ConfigureAwait(false);
                    await cluster.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        if (interrupted)
        {
            Directory.Delete(folder, recursive: true);
            Console.WriteLine("interrupted; all of it is stopped and removed");
            return 1;
        }

        DemoReport? report = cluster is null || failover is null ? null : Judge(cluster, failover, problems);
        if (report is not null && settings.Report is not null)
        {
            report.Write(settings.Report);
        }

        Summary.Print(report, problems);
        bool ok = report is { Ok: true };
        if (left)
        {
            Console.WriteLine($"the cluster is left up; its files are in {folder}; stop it with:");
            Console.WriteLine($"  kill -9 {string.Join(' ', cluster!.BmcProcesses)}; kill -9 -- {Groups(cluster)}");
            UpCommand.PrintAddresses(cluster);
        }
        else if (ok)
        {
            Directory.Delete(folder, recursive: true);
        }
        else
        {
            Console.WriteLine($"logs and data are left in {folder}");
        }

        return ok ? 0 : 1;
    }

    private static DemoReport Judge(LocalCluster cluster, Failover failover, List<string> problems)
    {
        CounterAudit audit = CounterAudit.Run(cluster.SharedFolder, cluster.Nodes.Select(node => node.Journal));
        problems.AddRange(audit.Problems);
        problems.AddRange(failover.CheckOrder());
        return new DemoReport
        {
            Ok = problems.Count == 0 && audit.Exact && audit.TokensIncreasing,
            Evidence = failover.Evidence,
            CountersExact = audit.Exact,
            TokensIncreasing = audit.TokensIncreasing,
            Timeline = failover.Timeline.Steps,
            Operations = CamelCase(audit.Operations),
            GreatestTokens = CamelCase(audit.GreatestToken),
            StoppedNode = failover.StoppedNode,
            StoppedNodeLed = failover.StoppedNodeLed,
            InDoubt = audit.InDoubt,
            Bmc = cluster.BmcKind,
            Problems = problems,
        };
    }

    private static Dictionary<string, T> CamelCase<T>(IReadOnlyDictionary<string, T> perManager) =>
        perManager.ToDictionary(entry => entry.Key == "in-process" ? "inProcess" : "userSpace", entry => entry.Value);

    /// <summary>Asks the workloads to end, and waits until they have: only then may the counters be read.</summary>
    private static async Task StopWorkloadsAsync(LocalCluster cluster)
    {
        await File.WriteAllTextAsync(cluster.StopFile, "").ConfigureAwait(false);
        long deadline = Environment.TickCount64 + 10_000;
        while (Environment.TickCount64 < deadline && cluster.Nodes.Any(node => node.Power.IsOn && !File.Exists(node.WorkloadEnded)))
        {
            await Task.Delay(50).ConfigureAwait(false);
        }
    }

    private static string Groups(LocalCluster cluster) =>
        string.Join(' ', cluster.Nodes.Select(node => "-" + File.ReadAllText(Path.Combine(node.Folder, "pgid")).Trim()));
}
