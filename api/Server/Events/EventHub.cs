using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Http;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Events;

/// <summary>
/// Brings events to all streams. One reader follows the node's events and encodes each once; the newest frames are kept for all streams together; each
/// stream is a place in them. A stream that does not read holds up nobody: the frames it needs are pushed out by later ones, and it is told so. One timer
/// serves all streams: it breaks silence, and cuts those that have not read for long.
/// </summary>
internal sealed partial class EventHub(ICluster cluster, ApiLimits limits, ILogger<EventHub> log) : IAsyncDisposable
{
    /// <summary>How many streams are woken before others get the thread.</summary>
    private const int WakeSlice = 128;

    private const int MaxFrames = 65_536;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EventRing _ring = new(limits.StreamBacklogBytes, MaxFrames);
    private readonly List<EventSubscriber> _all = [];
    private List<EventSubscriber> _waiting = [];
    private List<EventSubscriber>? _spare;
    private Task? _running;
    private readonly TaskCompletionSource _following = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isFollowing;
    private long _numberAtLastTick;
    private long _behind;
    private long _stalled;

    /// <summary>What <see cref="Take"/> found.</summary>
    public enum Found
    {
        /// <summary>Frames to send.</summary>
        Frames,

        /// <summary>Nothing: wait.</summary>
        Nothing,

        /// <summary>What it needs was pushed out while it did not read: its stream is to end.</summary>
        Behind,

        /// <summary>The hub lost the thread of events (a snapshot replaced them): the stream is to catch up from its position.</summary>
        Lost,

        /// <summary>The request is over, or the daemon stops.</summary>
        End,
    }

    /// <summary>Streams that were ended because they were too slow, since the start.</summary>
    public long Behind => Interlocked.Read(ref _behind);

    /// <summary>Streams that were cut because their reader did not read for long, since the start.</summary>
    public long Stalled => Interlocked.Read(ref _stalled);

    /// <summary>The numbers of the frames that are kept; for tests and figures.</summary>
    internal (long First, long Next) Kept
    {
        get
        {
            lock (_gate)
            {
                return (_ring.First, _ring.Next);
            }
        }
    }

    /// <summary>Waits until events are followed, then lists a stream, for <see cref="Leave"/> to take off.</summary>
    public async Task EnterAsync(EventSubscriber subscriber, CancellationToken cancellation)
    {
        Task following;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            subscriber.ListedAt = _all.Count;
            _all.Add(subscriber);
            _running ??= Task.Run(RunAsync, CancellationToken.None);
            following = _following.Task;
        }

        await following.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Puts a stream at its position among the frames that are kept.</summary>
    /// <returns>False when it needs older ones: those must come from elsewhere first.</returns>
    public bool TryPlace(EventSubscriber subscriber)
    {
        lock (_gate)
        {
            if (!_isFollowing || subscriber.Position < _ring.Before)
            {
                return false;
            }

            subscriber.Cursor = _ring.FirstAfter(subscriber.Position);
            return true;
        }
    }

    /// <summary>The next frames of a stream.</summary>
    public Found Take(EventSubscriber subscriber, List<ReadOnlyMemory<byte>> frames, int atMost)
    {
        lock (_gate)
        {
            frames.Clear();
            if (subscriber.HasLeft || _stop.IsCancellationRequested)
            {
                return Found.End;
            }

            if (subscriber.Cursor < _ring.First)
            {
                return subscriber.Cursor < _ring.Origin ? Found.Lost : Found.Behind;
            }

            for (; subscriber.Cursor < _ring.Next && frames.Count < atMost; subscriber.Cursor++)
            {
                EventRing.Slot slot = _ring[subscriber.Cursor];
                if (!slot.IsEvent)
                {
                    frames.Add(slot.Bytes);
                }
                else if (slot.Position > subscriber.Position)
                {
                    frames.Add(slot.Bytes);
                    subscriber.Position = slot.Position;
                }
            }

            return frames.Count > 0 ? Found.Frames : Found.Nothing;
        }
    }

    /// <summary>Waits until there is something to <see cref="Take"/>.</summary>
    public ValueTask WaitAsync(EventSubscriber subscriber)
    {
        lock (_gate)
        {
            if (subscriber.HasLeft || _stop.IsCancellationRequested || subscriber.Cursor < _ring.Next)
            {
                return ValueTask.CompletedTask;
            }

            subscriber.WaitingAt = _waiting.Count;
            _waiting.Add(subscriber);
            return subscriber.BeginWait();
        }
    }

    /// <summary>A stream's request is over: it is woken if it waits, and forgotten.</summary>
    public void Leave(EventSubscriber subscriber)
    {
        bool waited;
        lock (_gate)
        {
            subscriber.HasLeft = true;
            waited = subscriber.WaitingAt >= 0;
            if (waited)
            {
                EventSubscriber last = _waiting[^1];
                _waiting[subscriber.WaitingAt] = last;
                last.WaitingAt = subscriber.WaitingAt;
                _waiting.RemoveAt(_waiting.Count - 1);
                subscriber.WaitingAt = -1;
            }

            if (subscriber.ListedAt >= 0)
            {
                EventSubscriber last = _all[^1];
                _all[subscriber.ListedAt] = last;
                last.ListedAt = subscriber.ListedAt;
                _all.RemoveAt(_all.Count - 1);
                subscriber.ListedAt = -1;
            }
        }

        if (waited)
        {
            subscriber.Wake();
        }
    }

    /// <summary>A stream was too slow.</summary>
    public void NoteBehind(EventSubscriber subscriber)
    {
        Interlocked.Increment(ref _behind);
        LogBehind(log, subscriber.Position.ToString());
    }

    /// <summary>Ends all streams.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    /// <summary>Ends all streams; what is asked afterwards ends at once.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (_running is { } running)
        {
            await running.ConfigureAwait(false);
        }

        await WakeAllAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        Task ticking = TickAsync();
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (EventsGoneException)
            {
                // The node's state was replaced by a snapshot: the events between are not known here. Each stream tells its reader.
            }
            catch (Exception error)
            {
                LogFailed(log, error);
                await Task.Delay(RetryPause, CancellationToken.None).ConfigureAwait(false);
            }
        }

        await ticking.ConfigureAwait(false);
    }

    private async Task FollowAsync()
    {
        EventSlice slice = await cluster.ReadEventsAsync(EventPosition.Start, 0, _stop.Token).ConfigureAwait(false);
        lock (_gate)
        {
            _ring.Clear(slice.Last);
            _isFollowing = true;
        }

        _following.TrySetResult();
        await WakeAllAsync().ConfigureAwait(false);
        await using IAsyncEnumerator<ClusterEvent> events = cluster.WatchAsync(slice.Last, _stop.Token).GetAsyncEnumerator(_stop.Token);
        while (true)
        {
            ValueTask<bool> next = events.MoveNextAsync();
            if (!next.IsCompleted)
            {
                // Nothing more at this moment: now the streams are told, once for all that came together.
                await WakeAllAsync().ConfigureAwait(false);
            }

            if (!await next.ConfigureAwait(false))
            {
                return;
            }

            ClusterEvent current = events.Current;
            ReadOnlyMemory<byte> frame = EventFrame.Of(current, cluster.Name);
            lock (_gate)
            {
                _ring.Add(EventLog.PositionOf(current), frame);
            }
        }
    }

    /// <summary>
    /// Wakes those that wait, some at a time: each runs until it has nothing to send or its reader does not read, and then somebody else gets the
    /// thread. Thousands of streams are thousands of short works for one thread, not thousands of works that others of the pool queue behind.
    /// </summary>
    private async Task WakeAllAsync()
    {
        List<EventSubscriber> woken;
        lock (_gate)
        {
            woken = _waiting;
            if (woken.Count == 0)
            {
                return;
            }

            // Two passes may overlap (a tick and an event): each has a list of its own.
            _waiting = _spare ?? [];
            _spare = null;
            foreach (EventSubscriber subscriber in woken)
            {
                subscriber.WaitingAt = -1;
            }
        }

        for (int at = 0; at < woken.Count; at++)
        {
            woken[at].Wake();
            if (at % WakeSlice == WakeSlice - 1)
            {
                await Task.Yield();
            }
        }

        woken.Clear();
        lock (_gate)
        {
            _spare = woken;
        }
    }

    private async Task TickAsync()
    {
        TimeSpan period = limits.KeepAlive / 2 < limits.StallLimit / 4 ? limits.KeepAlive / 2 : limits.StallLimit / 4;
        using var timer = new PeriodicTimer(period);
        long lastComment = Environment.TickCount64;
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                CutStalled();
                if (BreakSilence(ref lastComment))
                {
                    await WakeAllAsync().ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private bool BreakSilence(ref long lastComment)
    {
        lock (_gate)
        {
            long now = Environment.TickCount64;
            if (_ring.Next != _numberAtLastTick)
            {
                _numberAtLastTick = _ring.Next;
                lastComment = now;
                return false;
            }

            if (!_isFollowing || _all.Count == 0 || now - lastComment < limits.KeepAlive.TotalMilliseconds)
            {
                return false;
            }

            _ring.AddComment(EventFrame.StillHere);
            _numberAtLastTick = _ring.Next;
            lastComment = now;
            return true;
        }
    }

    private void CutStalled()
    {
        EventSubscriber[] stalled;
        lock (_gate)
        {
            stalled = [.. _all.Where(subscriber => subscriber.IsStalled(limits.StallLimit))];
        }

        foreach (EventSubscriber subscriber in stalled)
        {
            Interlocked.Increment(ref _stalled);
            LogStalled(log, subscriber.Position.ToString(), limits.StallLimit.TotalSeconds);
            subscriber.Abort();
        }
    }

    [LoggerMessage(5401, LogLevel.Information, "an event stream was ended at {Position}: its reader is too slow; it can resume there")]
    private static partial void LogBehind(ILogger log, string position);

    [LoggerMessage(5402, LogLevel.Information, "an event stream was cut at {Position}: its reader has not read for {Seconds} s; it can resume there")]
    private static partial void LogStalled(ILogger log, string position, double seconds);

    [LoggerMessage(5403, LogLevel.Error, "events can't be followed at this moment; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
