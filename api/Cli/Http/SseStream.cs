using System.Runtime.CompilerServices;
using System.Text;

namespace Cluster.Api.Cli.Http;

/// <summary>Reads server-sent events (HTML Living Standard §9.2.6).</summary>
/// <param name="stream">The body of the answer.</param>
/// <param name="patience">Silence longer than this, comments included, means that the connection is dead.</param>
internal sealed class SseStream(Stream stream, TimeSpan patience)
{
    /// <exception cref="IOException">The stream ended or fell silent.</exception>
    public async IAsyncEnumerable<SseMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new StreamReader(stream);
        string? name = null;
        string? id = null;
        var data = new StringBuilder();
        while (true)
        {
            string line = await LineAsync(reader, cancellation).ConfigureAwait(false);
            if (line.Length == 0)
            {
                if (data.Length > 0)
                {
                    yield return new SseMessage(name, id, data.ToString());
                }

                name = null;
                data.Clear();
                continue;
            }

            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string field = colon < 0 ? line : line[..colon];
            string value = colon < 0 ? "" : line[(colon + 1)..].TrimStart(' ');
            switch (field)
            {
                case "event":
                    name = value;
                    break;
                case "id":
                    id = value;
                    break;
                case "data":
                    data.Append(data.Length > 0 ? "\n" : "").Append(value);
                    break;
                default:
                    break;
            }
        }
    }

    private async Task<string> LineAsync(StreamReader reader, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            return await reader.ReadLineAsync(limit.Token).ConfigureAwait(false) ?? throw new IOException("the stream ended");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException("the stream fell silent");
        }
    }
}
