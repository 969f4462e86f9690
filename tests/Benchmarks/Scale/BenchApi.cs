using System.Diagnostics;
using System.Net.Http.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Benchmarks.Scale;

/// <summary>Asks the daemons of a cluster.</summary>
internal sealed class BenchApi(LocalCluster cluster) : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);
    private readonly HttpClient _http = cluster.NewHttpClient(TimeSpan.FromSeconds(30));

    public async Task<ClusterDocument> AskAsync(NodeDefinition node) =>
        (await _http.GetFromJsonAsync(new Uri(node.ApiUrl, "/v1/cluster"), ApiJson.Default.ClusterDocument))!;

    /// <summary>Waits until the first node that answers says that all are up.</summary>
    /// <exception cref="TimeoutException">They were not in time.</exception>
    public async Task<ClusterDocument> UntilUpAsync()
    {
        long started = Stopwatch.GetTimestamp();
        int up = 0;
        while (Stopwatch.GetElapsedTime(started) < s_limit)
        {
            try
            {
                ClusterDocument document = await AskAsync(cluster.Nodes[0]);
                up = document.Nodes.Count(node => node.State == NodeState.Up);
                if (up == cluster.Nodes.Count && document.Nodes.Any(node => node.Leader))
                {
                    return document;
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }

            await Task.Delay(100);
        }

        throw new TimeoutException($"only {up} of {cluster.Nodes.Count} nodes were up after {s_limit.TotalMinutes} min");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
