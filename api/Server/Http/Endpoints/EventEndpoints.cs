using System.ComponentModel;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Events;
using Cluster.Membership;
using Microsoft.Extensions.Primitives;

namespace Cluster.Api.Server.Http.Endpoints;

/// <summary>The cluster's single order of events, as a stream or page by page.</summary>
internal static class EventEndpoints
{
    private const int MostEvents = 1000;

    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/events", GetAsync)
            .WithName("getEvents").WithTags("events")
            .WithSummary("The events, in order")
            .WithDescription("With Accept: text/event-stream a stream that never ends: each event is a CloudEvents document, its id the position; "
                + "a stream that broke is resumed with Last-Event-ID. Otherwise one page as JSON. The order is the same on every node, so a "
                + "reader may go on at another one. Events that are no longer retained: the stream sends 'event: reset', a page is answered 410. "
                + "A reader that is too slow is sent 'event: behind', and the stream ends: it reads again from where it stands.")
            .Produces<EventPage>(200, "application/json", EventStream.MediaType)
            .AnswersProblems(400, 410, 503)
            .WithMetadata(new RequestHeaderMetadata("Last-Event-ID", "The position of the last event that was seen; goes before 'after'."));
    }

    private static async Task<IResult> GetAsync(
        HttpRequest request,
        ICluster cluster,
        StreamGate gate,
        EventHub hub,
        ApiLimits limits,
        IHostApplicationLifetime lifetime,
        [Description("Only events after this position; 'now' for those still to come. Left out: all that are retained.")] string? after,
        [Description("How many at most on a page, 1 to 1000; 100 if left out.")] string? limit,
        [Description("How long to wait for the first event, e.g. 30s or 500ms, at most 30s; 0s if left out.")] string? wait,
        CancellationToken cancellation)
    {
        bool stream = EventStream.IsAskedFor(request);
        StringValues lastSeen = stream ? request.Headers["Last-Event-ID"] : StringValues.Empty;
        EventPosition position = !StringValues.IsNullOrEmpty(lastSeen)
            ? QueryValues.Position(lastSeen.ToString(), "Last-Event-ID")
            : await StartAsync(after, cluster, cancellation).ConfigureAwait(false);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        if (stream)
        {
            using IDisposable place = gate.Enter();
            await new EventStream(cluster, hub).WriteAsync(request.HttpContext, position, stopping.Token).ConfigureAwait(false);
            return Results.Empty;
        }

        var page = new EventPages(cluster, gate);
        return TypedResults.Ok(await page.ReadAsync(
            position,
            QueryValues.Number(limit, "limit", 100, 1, MostEvents),
            QueryValues.Duration(wait, "wait", limits.LongestWait),
            stopping.Token).ConfigureAwait(false));
    }

    private static async Task<EventPosition> StartAsync(string? after, ICluster cluster, CancellationToken cancellation)
    {
        if (after is not null and not "now")
        {
            return QueryValues.Position(after, "after");
        }

        EventSlice slice = await cluster.ReadEventsAsync(EventPosition.Start, 0, cancellation).ConfigureAwait(false);
        return after is null ? slice.DroppedThrough : slice.Last;
    }
}
