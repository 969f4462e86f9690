using System.Collections.Concurrent;
using System.Net.Http.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests.Namespaces;

/// <summary>Asks every node again and again what it believes of quorum, leader and lease, over sockets that no cut concerns.</summary>
internal sealed class QuorumWatch : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(40);

    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly Task[] _tasks;

    public QuorumWatch(LocalCluster cluster)
    {
        // A stopped process answers when it goes on: what it says then counts as said at any moment since it was asked.
        _http = cluster.NewHttpClient(TimeSpan.FromSeconds(60));
        _tasks = [.. cluster.Nodes.Select(node => Task.Run(() => WatchAsync(node)))];
    }

    public ConcurrentQueue<QuorumSample> Samples { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task WatchAsync(NodeDefinition node)
    {
        while (!_stop.IsCancellationRequested)
        {
            DateTime asked = DateTime.UtcNow;
            if (await TryAskAsync(node) is { } document && document.Nodes.FirstOrDefault(each => each.Name == node.Name) is { } own)
            {
                QuorumDocument quorum = document.Quorum;
                Samples.Enqueue(new QuorumSample(
                    node.Id,
                    node.Name,
                    asked,
                    DateTime.UtcNow,
                    own.Incarnation,
                    quorum.Lease.Held ? TimeSpan.FromMilliseconds(quorum.Lease.RemainingMs) : TimeSpan.Zero,
                    quorum.Role == ConsensusRole.Leader && quorum.Quorate ? quorum.Term : 0));
            }

            await Task.Delay(s_pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ClusterDocument?> TryAskAsync(NodeDefinition node)
    {
        try
        {
            return await _http.GetFromJsonAsync(new Uri(node.ApiUrl, "/v1/cluster"), ApiJson.Default.ClusterDocument, _stop.Token);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            // It is off, or starting, or the watch ends.
            return null;
        }
    }
}
