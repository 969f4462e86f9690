using System.Diagnostics;
using Cluster.Api.Contract;
using Cluster.Benchmarks.Detection;
using Cluster.Tests.DevCluster;

namespace Cluster.Benchmarks.Scale;

/// <summary>Daemons as real processes: all start at once, then one is killed.</summary>
internal static class ProcessesPart
{
    private const int Probe = 3;
    private const double ShareOfMemory = 0.7;
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    public static async Task<ProcessesReport> RunAsync(ScaleOptions options, string folder, Action<string> tell)
    {
        double each = await MeasureAsync(Path.Combine(folder, "probe"));
        int fits = (int)(NodeMemory.AvailableMegabytes() * ShareOfMemory / each);
        int count = Math.Min(options.Processes, fits);
        tell($"a daemon of three takes {each:0} MB; {count} are started");

        long began = Stopwatch.GetTimestamp();
        await using LocalCluster cluster = await LocalCluster.StartAsync(Options(Path.Combine(folder, "many"), count), CancellationToken.None);
        await using BenchApi api = new(cluster);
        ClusterDocument formed = await api.UntilUpAsync();
        double formSeconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double megabytes = cluster.Nodes.Average(NodeMemory.Megabytes);
        tell($"{count} are up after {formSeconds:0.0} s, {megabytes:0} MB each");

        List<EventEar> ears = [.. cluster.Nodes.Select(node => new EventEar(cluster, node))];
        try
        {
            NodeDefinition victim = cluster.Nodes.Last(node => formed.Nodes.Any(document => document.Name == node.Name && !document.Leader));
            NodeDocument life = (await api.AskAsync(cluster.Nodes[0])).Nodes.Single(node => node.Name == victim.Name);
            await Task.Delay(TimeSpan.FromSeconds(15));
            long killed = Stopwatch.GetTimestamp();
            victim.Power.Kill();
            EventEar[] survivors = [.. cluster.Nodes.Zip(ears).Where(pair => pair.First != victim).Select(pair => pair.Second)];
            while (survivors.Any(ear => ear.HeardDown(victim.Name, life.Incarnation) is null))
            {
                if (Stopwatch.GetElapsedTime(killed) > s_limit)
                {
                    throw new TimeoutException($"not every survivor was told within {s_limit.TotalSeconds} s that {victim.Name} is down");
                }

                await Task.Delay(50);
            }

            Spread death = Spread.Of([.. survivors.Select(ear => Stopwatch.GetElapsedTime(killed, ear.HeardDown(victim.Name, life.Incarnation)!.Value).TotalMilliseconds)]);
            int falseDowns = ears.SelectMany(ear => ear.Heard).Where(heard => heard.Event.Data is NodeDownData down && (down.Node != victim.Name || down.Incarnation != life.Incarnation)).DistinctBy(heard => heard.Event.Id).Count();
            tell($"one is killed: event p50 {death.P50Ms:0} ms, p99 {death.P99Ms:0} ms, at the last survivor {death.WorstMs:0} ms; {falseDowns} false downs");
            return new ProcessesReport(count, megabytes, formSeconds, death, falseDowns);
        }
        finally
        {
            foreach (EventEar ear in ears)
            {
                await ear.DisposeAsync();
            }
        }
    }

    private static async Task<double> MeasureAsync(string folder)
    {
        await using LocalCluster cluster = await LocalCluster.StartAsync(Options(folder, Probe), CancellationToken.None);
        await using BenchApi api = new(cluster);
        await api.UntilUpAsync();
        return cluster.Nodes.Average(NodeMemory.Megabytes);
    }

    private static LocalClusterOptions Options(string folder, int nodes) => new()
    {
        NodeCount = nodes,
        Folder = folder,
        WithLockd = false,
        PlainLinks = true,
        BmcTrouble = BmcTrouble.Unreachable,
    };
}
