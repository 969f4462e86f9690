using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Integration.Tests;

/// <summary>A cluster of real processes for one test, and what a test asks of it.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;

    private RunningCluster(LocalCluster cluster)
    {
        Cluster = cluster;
        _http = cluster.NewHttpClient(TimeSpan.FromSeconds(15));
    }

    public LocalCluster Cluster { get; }

    public IReadOnlyList<NodeDefinition> Nodes => Cluster.Nodes;

    public static async Task<RunningCluster> StartAsync(Func<LocalClusterOptions, LocalClusterOptions>? change = null)
    {
        LocalClusterOptions options = new() { Folder = Directory.CreateTempSubdirectory("cluster-it-").FullName, WithLockd = false };
        RunningCluster running = await LaunchAsync(change?.Invoke(options) ?? options);
        try
        {
            await running.AllUpAsync();
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it and waits for nothing.</summary>
    public static async Task<RunningCluster> LaunchAsync(LocalClusterOptions options) =>
        new(await LocalCluster.StartAsync(options, TestContext.Current.CancellationToken));

    public async Task<ClusterDocument> AllUpAsync() => await UntilAsync(
        "all nodes are up under a leader",
        Nodes,
        document => document.Nodes.All(node => node.State == NodeState.Up) && document.Nodes.Any(node => node.Leader));

    /// <summary>Waits until what one of the nodes says fits.</summary>
    public async Task<ClusterDocument> UntilAsync(string what, IReadOnlyList<NodeDefinition> askable, Func<ClusterDocument, bool> fits)
    {
        long deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds;
        ClusterDocument? last = null;
        while (Environment.TickCount64 < deadline)
        {
            foreach (NodeDefinition node in askable)
            {
                if (await TryGetAsync(node) is { } document)
                {
                    last = document;
                    if (fits(document))
                    {
                        return document;
                    }
                }
            }

            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        string seen = last is null ? "nobody answered" : JsonSerializer.Serialize(last, ApiJson.Default.ClusterDocument);
        throw new TimeoutException($"waited {s_limit.TotalSeconds} s in vain until {what}; last seen: {seen}\n{LogTails()}");
    }

    /// <summary>The newest lines of every daemon's log: the folder does not outlive the test.</summary>
    private string LogTails() => string.Join('\n', Nodes.Select(node =>
    {
        string path = Path.Combine(node.Folder, "clusterd.log");
        IEnumerable<string> tail = File.Exists(path) ? File.ReadLines(path).TakeLast(25) : ["no log"];
        return $"--- {node.Name} (power {(node.Power.IsOn ? "on" : "off")})\n{string.Join('\n', tail)}";
    }));

    public async Task<ClusterDocument?> TryGetAsync(NodeDefinition node)
    {
        try
        {
            return await _http.GetFromJsonAsync(new Uri(node.ApiUrl, "/v1/cluster"), ApiJson.Default.ClusterDocument, TestContext.Current.CancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    /// <summary>All events a node holds, each as the text it answers with.</summary>
    public async Task<List<string>> EventsAsync(NodeDefinition node)
    {
        List<string> events = [];
        string after = "0";
        while (true)
        {
            using JsonDocument page = JsonDocument.Parse(await GetTextAsync(node, $"/v1/events?after={after}&limit=500"));
            JsonElement list = page.RootElement.GetProperty("events");
            foreach (JsonElement cloudEvent in list.EnumerateArray())
            {
                // Who answers is part of the text ("source"); everything else must be equal everywhere.
                events.Add($"{cloudEvent.GetProperty("id")} {cloudEvent.GetProperty("type")} {cloudEvent.GetProperty("time")} {cloudEvent.GetProperty("data").GetRawText()}");
            }

            if (list.GetArrayLength() == 0)
            {
                return events;
            }

            after = page.RootElement.GetProperty("next").GetString()!;
        }
    }

    public async Task<string> GetTextAsync(NodeDefinition node, string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(node.ApiUrl, path));
        request.Headers.Accept.ParseAdd("application/json");
        using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async Task<(HttpStatusCode Status, string Body, Uri? Location)> PostAsync(NodeDefinition node, string path, string json, string? key = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(node.ApiUrl, path));
        request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using HttpResponseMessage answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Headers.Location);
    }

    public NodeDefinition Leader(ClusterDocument document) => Nodes.Single(node => node.Name == document.Nodes.Single(entry => entry.Leader).Name);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        _http.Dispose();
        Directory.Delete(Cluster.Options.Folder, recursive: true);
    }
}
