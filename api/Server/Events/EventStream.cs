using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Http;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.Net.Http.Headers;

namespace Cluster.Api.Server.Events;

/// <summary>
/// Server-sent events (HTML Living Standard §9.2): each event's <c>id</c> is its position, so that a reader's <c>Last-Event-ID</c> resumes without
/// gap or repeat. Silence is broken by comments, which tells both ends that the other still lives.
/// </summary>
internal sealed class EventStream(ICluster cluster, ApiLimits limits)
{
    public const string MediaType = "text/event-stream";

    /// <summary>Whether the request prefers a stream to a page (RFC 9110 §12.5.1).</summary>
    public static bool IsAskedFor(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out IList<MediaTypeHeaderValue>? accepted))
        {
            return false;
        }

        double stream = Quality(accepted, type => type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase));
        double json = Quality(
            accepted,
            type => type.MatchesAllTypes || type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                || type.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase));
        return stream > 0 && stream >= json;
    }

    public async Task WriteAsync(HttpResponse response, EventPosition after, CancellationToken cancellation)
    {
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers output would hold events back
        PipeWriter body = response.BodyWriter;
        try
        {
            WriteText(body, ": ok\n\n");
            await body.FlushAsync(cancellation).ConfigureAwait(false);
            EventPosition position = after;
            while (true)
            {
                try
                {
                    await FollowAsync(body, position, cancellation).ConfigureAwait(false);
                    return;
                }
                catch (EventsGoneException)
                {
                    position = await WriteResetAsync(body, cancellation).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The reader went away or the daemon stops: the stream ends, and the reader resumes elsewhere.
        }
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, Func<MediaTypeHeaderValue, bool> matches) =>
        accepted.Where(matches).Select(type => type.Quality ?? 1.0).DefaultIfEmpty(0).Max();

    private async Task FollowAsync(PipeWriter body, EventPosition after, CancellationToken cancellation)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        IAsyncEnumerator<ClusterEvent> events = cluster.WatchAsync(after, leaving.Token).GetAsyncEnumerator(leaving.Token);
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                while (!next.IsCompleted)
                {
                    // Nothing more at this moment: what was written goes out, then it is waited for.
                    await body.FlushAsync(cancellation).ConfigureAwait(false);
                    await KeepAliveAsync(body, next, cancellation).ConfigureAwait(false);
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                Write(body, EventProjection.Of(events.Current, cluster.Name));
                if (body.UnflushedBytes > 32 * 1024)
                {
                    await body.FlushAsync(cancellation).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            // An enumerator may be disposed only when no call is under way.
            await leaving.CancelAsync().ConfigureAwait(false);
            if (next is not null)
            {
                await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            }

            await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task KeepAliveAsync(PipeWriter body, Task<bool> next, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task first = await Task.WhenAny(next, Task.Delay(limits.KeepAlive, timer.Token)).ConfigureAwait(false);
        if (first == next)
        {
            await timer.CancelAsync().ConfigureAwait(false);
            return;
        }

        cancellation.ThrowIfCancellationRequested();
        WriteText(body, ": still here\n\n");
    }

    private async Task<EventPosition> WriteResetAsync(PipeWriter body, CancellationToken cancellation)
    {
        EventSlice slice = await cluster.ReadEventsAsync(EventPosition.Start, 0, cancellation).ConfigureAwait(false);
        string position = slice.Last.ToString();
        WriteText(body, $"event: reset\nid: {position}\ndata: ");
        WriteJson(body, new EventReset(position, slice.DroppedThrough.ToString()), ApiJson.Default.EventReset);
        WriteText(body, "\n\n");
        return slice.Last;
    }

    private static void Write(PipeWriter body, CloudEvent document)
    {
        WriteText(body, $"id: {document.Id}\ndata: ");
        WriteJson(body, document, ApiJson.Default.CloudEvent);
        WriteText(body, "\n\n");
    }

    private static void WriteJson<T>(PipeWriter body, T document, JsonTypeInfo<T> type)
    {
        using var writer = new Utf8JsonWriter((IBufferWriter<byte>)body);
        JsonSerializer.Serialize(writer, document, type);
    }

    private static void WriteText(PipeWriter body, string text) => Encoding.UTF8.GetBytes(text, body);
}
