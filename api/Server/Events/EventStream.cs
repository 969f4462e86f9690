using System.Buffers;
using System.IO.Pipelines;
using Cluster.Api.Server.Cluster;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;

namespace Cluster.Api.Server.Events;

/// <summary>
/// One stream of server-sent events (HTML Living Standard §9.2): first what is retained after the reader's position, then what the <see cref="EventHub"/>
/// brings. A gap is told, never hidden: <c>event: reset</c> when events that were asked for are gone, <c>event: behind</c> and the end of the stream when the reader is too slow.
/// </summary>
internal sealed class EventStream(ICluster cluster, EventHub hub)
{
    public const string MediaType = "text/event-stream";

    private const int FlushBytes = 16 * 1024;
    private const int FramesATime = 64;
    private const int EventsARead = 256;
    private static readonly TimeSpan HubPause = TimeSpan.FromMilliseconds(20);

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

    public async Task WriteAsync(HttpContext context, EventPosition after, CancellationToken cancellation)
    {
        HttpResponse response = context.Response;
        response.ContentType = MediaType;
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers output would hold events back

        // The web server would cut a reader that pauses after seconds and say nothing; the hub knows what a stream may cost.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }

        var subscriber = new EventSubscriber(after, context.Abort);
        try
        {
            await using CancellationTokenRegistration over = cancellation.UnsafeRegister(_ => hub.Leave(subscriber), null);
            PipeWriter body = response.BodyWriter;
            body.Write(EventFrame.Hello.Span);
            await FlushAsync(body, subscriber, cancellation).ConfigureAwait(false);
            await hub.EnterAsync(subscriber, cancellation).ConfigureAwait(false);
            do
            {
                await CatchUpAsync(body, subscriber, cancellation).ConfigureAwait(false);
            }
            while (await FollowAsync(body, subscriber, cancellation).ConfigureAwait(false));
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or ObjectDisposedException)
        {
            // The reader went away or the daemon stops: the stream ends, and the reader resumes elsewhere.
        }
        finally
        {
            hub.Leave(subscriber);
        }
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, Func<MediaTypeHeaderValue, bool> matches) =>
        accepted.Where(matches).Select(type => type.Quality ?? 1.0).DefaultIfEmpty(0).Max();

    /// <summary>Sends what is older than what the hub keeps.</summary>
    private async Task CatchUpAsync(PipeWriter body, EventSubscriber subscriber, CancellationToken cancellation)
    {
        while (!hub.TryPlace(subscriber))
        {
            EventSlice slice = await cluster.ReadEventsAsync(subscriber.Position, EventsARead, cancellation).ConfigureAwait(false);
            if (subscriber.Position < slice.DroppedThrough)
            {
                body.Write(EventFrame.Reset(slice.Last, slice.DroppedThrough).Span);
                subscriber.Position = slice.Last;
                continue;
            }

            foreach (ClusterEvent each in slice.Events)
            {
                body.Write(EventFrame.Of(each, cluster.Name).Span);
                subscriber.Position = EventLog.PositionOf(each);
            }

            if (slice.Events.Count > 0)
            {
                await FlushAsync(body, subscriber, cancellation).ConfigureAwait(false);
            }
            else
            {
                // The hub has lost the thread of events and is about to find it again.
                await Task.Delay(HubPause, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends what the hub brings.</summary>
    /// <returns>True when the stream must catch up again; false when it is over.</returns>
    private async Task<bool> FollowAsync(PipeWriter body, EventSubscriber subscriber, CancellationToken cancellation)
    {
        var frames = new List<ReadOnlyMemory<byte>>();
        while (true)
        {
            EventPosition sent = subscriber.Position;
            switch (hub.Take(subscriber, frames, FramesATime))
            {
                case EventHub.Found.Frames:
                    foreach (ReadOnlyMemory<byte> frame in frames)
                    {
                        body.Write(frame.Span);
                        if (body.UnflushedBytes > FlushBytes)
                        {
                            await FlushAsync(body, subscriber, cancellation).ConfigureAwait(false);
                        }
                    }

                    break;
                case EventHub.Found.Nothing:
                    await FlushAsync(body, subscriber, cancellation).ConfigureAwait(false);
                    await hub.WaitAsync(subscriber).ConfigureAwait(false);
                    break;
                case EventHub.Found.Behind:
                    hub.NoteBehind(subscriber);
                    body.Write(EventFrame.Behind(sent).Span);
                    await FlushAsync(body, subscriber, cancellation).ConfigureAwait(false);
                    return false;
                case EventHub.Found.Lost:
                    return true;
                default:
                    return false;
            }
        }
    }

    private static async ValueTask FlushAsync(PipeWriter body, EventSubscriber subscriber, CancellationToken cancellation)
    {
        ValueTask<FlushResult> flush = body.FlushAsync(cancellation);
        if (flush.IsCompletedSuccessfully)
        {
            _ = flush.Result;
            return;
        }

        subscriber.NoteBlocked(true);
        try
        {
            await flush.ConfigureAwait(false);
        }
        finally
        {
            subscriber.NoteBlocked(false);
        }
    }
}
