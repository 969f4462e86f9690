using System.Text;
using System.Text.Json;

namespace Cluster.Api.Server.Tests.Support;

internal sealed record SseEvent(string? Event, string? Id, string Data)
{
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Data);
        return document.RootElement.Clone();
    }
}

/// <summary>Reads a stream of server-sent events, each with a deadline.</summary>
internal sealed class SseReader(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
{
    public static async Task<SseReader> OpenAsync(HttpClient client, string path, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new SseReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    public async Task<SseEvent> NextAsync()
    {
        string? name = null;
        string? id = null;
        var data = new StringBuilder();
        while (true)
        {
            string line = await LineAsync();
            if (line.Length == 0 && data.Length > 0)
            {
                return new SseEvent(name, id, data.ToString());
            }

            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                name = line[7..];
            }
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
            {
                id = line[4..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                data.Append(line[6..]);
            }
        }
    }

    public async Task<string> NextCommentAsync()
    {
        while (true)
        {
            string line = await LineAsync();
            if (line.StartsWith(": ", StringComparison.Ordinal))
            {
                return line[2..];
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        response.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<string> LineAsync() =>
        await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) ?? throw new EndOfStreamException("the stream ended");
}
