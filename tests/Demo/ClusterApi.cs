using System.Net.Http.Json;
using Cluster.Api.Contract;
using Cluster.Tests.DevCluster;

namespace Cluster.Tests.Demo;

/// <summary>Asks the REST API of whichever of the given nodes answers.</summary>
internal sealed class ClusterApi(IReadOnlyList<NodeDefinition> nodes) : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);
    private readonly HttpClient _http = new() { Timeout = s_limit };

    public async Task<ClusterDocument?> TryGetClusterAsync(CancellationToken cancellation)
    {
        foreach (NodeDefinition node in nodes)
        {
            try
            {
                return await _http.GetFromJsonAsync(new Uri(node.ApiUrl, "/v1/cluster"), ApiJson.Default.ClusterDocument, cancellation).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Not this one, or not yet.
            }
        }

        return null;
    }

    /// <summary>All events after a position, in order; goes on at another node when one does not answer.</summary>
    public async IAsyncEnumerable<CloudEvent> FollowAsync(
        string after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int turn = 0; ; turn++)
        {
            EventPage? page = null;
            try
            {
                Uri address = new(nodes[turn % nodes.Count].ApiUrl, $"/v1/events?after={after}&wait=2s");
                using HttpRequestMessage request = new(HttpMethod.Get, address);
                request.Headers.Accept.ParseAdd("application/json");
                using HttpResponseMessage answer = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
                page = answer.IsSuccessStatusCode
                    ? await answer.Content.ReadFromJsonAsync(ApiJson.Default.EventPage, cancellation).ConfigureAwait(false)
                    : null;
            }
            catch (Exception failure) when (failure is HttpRequestException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // The next node in turn.
            }

            if (page is null)
            {
                await Task.Delay(50, cancellation).ConfigureAwait(false);
                continue;
            }

            // An answer: stay with this node.
            turn--;
            foreach (CloudEvent cloudEvent in page.Events)
            {
                yield return cloudEvent;
            }

            after = page.Next;
        }
    }

    /// <summary>Records a human's word that a node is stopped.</summary>
    public async Task ConfirmFencedAsync(string node, string who, string note, CancellationToken cancellation)
    {
        using HttpResponseMessage answer = await _http.PostAsJsonAsync(
            new Uri(nodes[0].ApiUrl, $"/v1/nodes/{node}/confirm-fenced"),
            new ConfirmFencedRequest { Who = who, Note = note, Node = node },
            ApiJson.Default.ConfirmFencedRequest,
            cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode)
        {
            throw new DemoFailedException(
                $"confirm-fenced of {node} was refused: {await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false)}");
        }
    }

    public void Dispose() => _http.Dispose();
}
