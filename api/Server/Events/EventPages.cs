using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Http;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Events;

/// <summary>Events page by page, with long polling.</summary>
internal sealed class EventPages(ICluster cluster, StreamGate gate)
{
    /// <exception cref="ProblemException">The events are gone (410), or too many requests wait.</exception>
    public async Task<EventPage> ReadAsync(EventPosition after, int limit, TimeSpan wait, CancellationToken cancellation)
    {
        EventSlice slice = await SliceAsync(after, limit, cancellation).ConfigureAwait(false);
        if (slice.Events.Count == 0 && wait > TimeSpan.Zero && await AnyWithinAsync(after, wait, cancellation).ConfigureAwait(false))
        {
            slice = await SliceAsync(after, limit, cancellation).ConfigureAwait(false);
        }

        EventPosition next = slice.Events.Count > 0 ? EventLog.PositionOf(slice.Events[^1]) : after;
        return new EventPage([.. slice.Events.Select(each => EventProjection.Of(each, cluster.Name))], next.ToString());
    }

    private async Task<EventSlice> SliceAsync(EventPosition after, int limit, CancellationToken cancellation)
    {
        EventSlice slice = await cluster.ReadEventsAsync(after, limit, cancellation).ConfigureAwait(false);
        return after < slice.DroppedThrough ? throw Problems.EventsTrimmed(after, slice.DroppedThrough) : slice;
    }

    private async Task<bool> AnyWithinAsync(EventPosition after, TimeSpan wait, CancellationToken cancellation)
    {
        using IDisposable place = gate.Enter();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(wait);
        try
        {
            await foreach (ClusterEvent _ in cluster.WatchAsync(after, limit.Token).ConfigureAwait(false))
            {
                return true;
            }

            return false;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // Time is up, or the daemon stops: an empty page is the answer. A caller that went away reads none.
            return false;
        }
        catch (EventsGoneException)
        {
            return true;
        }
    }
}
