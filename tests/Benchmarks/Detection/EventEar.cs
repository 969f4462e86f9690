using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Benchmarks.Detection;

/// <summary>A subscriber of one node's events (server-sent events on the Unix socket), which notes when each arrived; it connects again by itself.</summary>
internal sealed class EventEar : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private readonly NodeDefinition _node;
    private readonly Task _task;

    public EventEar(LocalCluster cluster, NodeDefinition node)
    {
        _node = node;
        _http = cluster.NewHttpClient(Timeout.InfiniteTimeSpan);
        _task = Task.Run(ListenAsync);
    }

    /// <summary>What arrived, and when (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public ConcurrentQueue<(CloudEvent Event, long At)> Heard { get; } = [];

    /// <summary>When the node told that a life ended; null when it did not yet.</summary>
    public long? HeardDown(string node, ulong incarnation)
    {
        foreach ((CloudEvent heard, long at) in Heard)
        {
            if (heard.Data is NodeDownData down && down.Node == node && down.Incarnation == incarnation)
            {
                return at;
            }
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _task;
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        string last = "0";
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_node.ApiUrl, $"/v1/events?after={last}"));
                request.Headers.Accept.ParseAdd("text/event-stream");
                using HttpResponseMessage answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, _stop.Token);
                using StreamReader reader = new(await answer.Content.ReadAsStreamAsync(_stop.Token));
                while (await reader.ReadLineAsync(_stop.Token) is { } line)
                {
                    long now = Stopwatch.GetTimestamp();
                    if (line.StartsWith("data: ", StringComparison.Ordinal)
                        && JsonSerializer.Deserialize(line["data: ".Length..], ApiJson.Default.CloudEvent) is { } cloudEvent)
                    {
                        Heard.Enqueue((cloudEvent, now));
                        last = cloudEvent.Id;
                    }
                }
            }
            catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
            {
                // The node is off, or starting, or the end has come.
            }

            await Task.Delay(s_pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
