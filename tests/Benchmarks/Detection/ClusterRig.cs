using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support.Network;

namespace Cluster.Benchmarks.Detection;

/// <summary>Three of our daemons, each behind a BMC that boots it again after it was fenced.</summary>
internal sealed class ClusterRig : IDetectionRig
{
    private const int Nodes = 3;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_startupGrace = TimeSpan.FromSeconds(11);

    private readonly NamespaceNetwork _network;
    private readonly LocalCluster _cluster;
    private readonly HttpClient _http;
    private readonly List<EventEar> _ears;

    private ClusterRig(NamespaceNetwork network, LocalCluster cluster)
    {
        _network = network;
        _cluster = cluster;
        _http = cluster.NewHttpClient(TimeSpan.FromSeconds(10));
        _ears = [.. cluster.Nodes.Select(node => new EventEar(cluster, node))];
    }

    public string System => "cluster";

    public string Setting => _cluster.Options.Timing;

    public static async Task<IDetectionRig> StartAsync(string profile, string folder, bool quick, CancellationToken cancellation)
    {
        NamespaceNetwork network = NamespaceNetwork.Create(Nodes);
        try
        {
            ClusterRig rig = new(network, await LocalCluster.StartAsync(
                new LocalClusterOptions { NodeCount = Nodes, Folder = folder, WithLockd = false, Timing = profile, Network = network }, cancellation));
            await rig.SettledAsync(cancellation);

            // A leader that never heard a node itself gives it that long after the start: a cluster that just starts is not what is measured.
            await Task.Delay(quick ? TimeSpan.Zero : s_startupGrace, cancellation);
            return rig;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public async Task<double[]> KillAsync(bool leader, CancellationToken cancellation)
    {
        ClusterDocument before = await SettledAsync(cancellation);
        NodeDocument victim = before.Nodes.First(node => node.Leader == leader);

        // Somewhere between two heartbeats, somewhere else each time.
        await Task.Delay(Random.Shared.Next(500, 1500), cancellation);
        long killed = Stopwatch.GetTimestamp();
        _cluster.Nodes.Single(node => node.Name == victim.Name).Power.Kill();
        EventEar[] survivors = [.. _cluster.Nodes.Zip(_ears).Where(pair => pair.First.Name != victim.Name).Select(pair => pair.Second)];
        await UntilAsync(
            $"every survivor told that {victim.Name} is down", () => Task.FromResult(survivors.All(ear => ear.HeardDown(victim.Name, victim.Incarnation) is not null)), cancellation);
        double[] ms = [.. survivors.Select(ear => Stopwatch.GetElapsedTime(killed, ear.HeardDown(victim.Name, victim.Incarnation)!.Value).TotalMilliseconds)];
        await UntilAsync($"{victim.Name} is back", async () => (await AskAsync(_cluster.Nodes)).Nodes.Single(node => node.Name == victim.Name) is { State: NodeState.Up } back
            && back.Incarnation != victim.Incarnation, cancellation);
        await SettledAsync(cancellation);
        return ms;
    }

    public async Task<FalseDownRow> WatchAsync(string load, TimeSpan duration, CancellationToken cancellation)
    {
        ClusterDocument before = await SettledAsync(cancellation);
        DateTime began = DateTime.UtcNow;
        await Task.Delay(duration, cancellation);
        Dictionary<string, double> stalls = [];
        foreach (NodeDefinition node in _cluster.Nodes)
        {
            await CollectStallsAsync(node, stalls, cancellation);
        }

        await SettledAsync(cancellation);
        ClusterDocument after = await AskAsync(_cluster.Nodes);
        int downs = _ears.SelectMany(ear => ear.Heard).Where(heard => heard.Event.Data is NodeDownData && heard.Event.Time >= began).DistinctBy(heard => heard.Event.Id).Count();
        return new FalseDownRow(System, Setting, load, duration.TotalMinutes, downs, (int)(after.Quorum.Term - before.Quorum.Term), stalls);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EventEar ear in _ears)
        {
            await ear.DisposeAsync();
        }

        _http.Dispose();
        await _cluster.DisposeAsync();
        _network.Dispose();
        Directory.Delete(_cluster.Options.Folder, recursive: true);
    }

    /// <summary>Every node is up, knows it, and holds its lease.</summary>
    private async Task<ClusterDocument> SettledAsync(CancellationToken cancellation)
    {
        ClusterDocument? settled = null;
        await UntilAsync(
            "all nodes are up and quorate",
            async () =>
            {
                foreach (NodeDefinition node in _cluster.Nodes)
                {
                    settled = await AskAsync([node]);
                    if (!settled.Quorum.Quorate || settled.Nodes.Any(each => each.State != NodeState.Up) || !settled.Nodes.Any(each => each.Leader))
                    {
                        return false;
                    }
                }

                return true;
            },
            cancellation);
        return settled!;
    }

    private async Task<ClusterDocument> AskAsync(IReadOnlyList<NodeDefinition> nodes)
    {
        Exception? last = null;
        foreach (NodeDefinition node in nodes)
        {
            try
            {
                return (await _http.GetFromJsonAsync(new Uri(node.ApiUrl, "/v1/cluster"), ApiJson.Default.ClusterDocument))!;
            }
            catch (HttpRequestException failure)
            {
                last = failure;
            }
        }

        throw last!;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < s_limit)
        {
            try
            {
                if (await holds())
                {
                    return;
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // Not yet.
            }

            await Task.Delay(20, cancellation);
        }

        throw new TimeoutException($"waited {s_limit.TotalSeconds} s in vain until {what}");
    }

    /// <summary>Of all series about stalls and pauses, the greatest value; buckets of histograms are left out.</summary>
    private async Task CollectStallsAsync(NodeDefinition node, Dictionary<string, double> stalls, CancellationToken cancellation)
    {
        string text = await _http.GetStringAsync(new Uri(node.ApiUrl, "/metrics"), cancellation);
        foreach (string line in text.Split('\n'))
        {
            int space = line.LastIndexOf(' ');
            if (space > 0 && line[0] != '#' && !line.Contains("_bucket", StringComparison.Ordinal)
                && (line.Contains("stall", StringComparison.Ordinal) || line.Contains("pause", StringComparison.Ordinal))
                && double.TryParse(line.AsSpan(space + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            {
                stalls[line[..space]] = Math.Max(value, stalls.GetValueOrDefault(line[..space]));
            }
        }
    }
}
