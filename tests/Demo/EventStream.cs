using Cluster.Api.Contract;

namespace Cluster.Tests.Demo;

/// <summary>The cluster's events, one after the other, each waited for only so long.</summary>
internal sealed class EventStream : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly CancellationToken _cancellation;
    private readonly TimeSpan _limit;
    private readonly IAsyncEnumerator<CloudEvent> _events;

    public EventStream(Func<CancellationToken, IAsyncEnumerable<CloudEvent>> follow, TimeSpan limit, CancellationToken cancellation)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _cancellation = cancellation;
        _limit = limit;
        _events = follow(_end.Token).GetAsyncEnumerator(_end.Token);
    }

    /// <summary>The next event that is wanted; others are passed over.</summary>
    /// <exception cref="DemoFailedException">It did not come in time; the stream is over.</exception>
    public async Task<CloudEvent> NextAsync(string what, Func<CloudEvent, bool> wanted, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        // The stream itself is ended, never left behind in the middle of a step: one that is still at work can't be disposed.
        _end.CancelAfter(_limit);
        try
        {
            while (await _events.MoveNextAsync().ConfigureAwait(false))
            {
                if (wanted(_events.Current))
                {
                    _end.CancelAfter(Timeout.InfiniteTimeSpan);
                    return _events.Current;
                }
            }
        }
        catch (OperationCanceledException) when (!_cancellation.IsCancellationRequested)
        {
            // Too late.
        }

        throw new DemoFailedException($"waited {_limit.TotalSeconds} s in vain for {what}");
    }

    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }
}
