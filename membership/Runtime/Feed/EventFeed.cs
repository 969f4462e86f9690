using System.Runtime.CompilerServices;
using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Feed;

/// <summary>
/// The newest events, for subscribers outside the loop. Appending never waits for a subscriber; one that falls too far behind is
/// told so instead of being waited for.
/// </summary>
/// <param name="capacity">How many events are retained until <see cref="Capacity"/> is set.</param>
internal sealed class EventFeed(int capacity = EventFeed.DefaultCapacity)
{
    /// <summary>As many as the replicated state retains by default.</summary>
    public const int DefaultCapacity = 65_536;

    private const int BatchSize = 256;

    private readonly Lock _gate = new();
    private readonly ChangeNotifier _changed = new();
    private ClusterEvent[] _ring = new ClusterEvent[Math.Min(capacity, 1024)];
    private int _capacity = capacity;
    private long _first;
    private long _next;
    private EventPosition _droppedThrough;

    /// <summary>How many events are retained at most: as many as the replicated state retains.</summary>
    public int Capacity
    {
        get => Volatile.Read(ref _capacity);
        set
        {
            if (value == Capacity)
            {
                return;
            }

            lock (_gate)
            {
                _capacity = value;
                while (_next - _first > value)
                {
                    DropOldest();
                }
            }
        }
    }

    /// <summary>Events up to this position are not retained; <see cref="EventPosition.Start"/> when all are.</summary>
    public EventPosition DroppedThrough
    {
        get
        {
            lock (_gate)
            {
                return _droppedThrough;
            }
        }
    }

    /// <summary>
    /// Forgets all events: what comes next does not follow them. Readers that have not seen everything up to <paramref name="droppedThrough"/> are told so.
    /// </summary>
    public void Restart(EventPosition droppedThrough)
    {
        lock (_gate)
        {
            Array.Clear(_ring);
            _first = _next;
            _droppedThrough = droppedThrough;
        }

        _changed.Raise();
    }

    /// <summary>Adds events, newer than all before.</summary>
    public void Append(List<ClusterEvent> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        lock (_gate)
        {
            foreach (ClusterEvent clusterEvent in events)
            {
                Add(clusterEvent);
            }
        }

        _changed.Raise();
    }

    /// <summary>All events after a position, in order, without gap or repeat; waits for more at the end.</summary>
    /// <exception cref="EventsTrimmedException">Events after the position are not retained any more.</exception>
    public async IAsyncEnumerable<ClusterEvent> ReadAsync(
        EventPosition after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var batch = new List<ClusterEvent>(BatchSize);
        while (true)
        {
            await WaitAsync(batch, after, cancellation).ConfigureAwait(false);
            foreach (ClusterEvent clusterEvent in batch)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return clusterEvent;
            }

            after = EventLog.PositionOf(batch[^1]);
        }
    }

    /// <summary>
    /// Waits until there are events after a position and fills <paramref name="batch"/> with the first of them.
    /// </summary>
    /// <exception cref="EventsTrimmedException">Events after the position are not retained any more.</exception>
    public async ValueTask WaitAsync(List<ClusterEvent> batch, EventPosition after, CancellationToken cancellation)
    {
        while (true)
        {
            Task next = _changed.Next;
            if (TryTake(batch, after))
            {
                return;
            }

            await next.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private bool TryTake(List<ClusterEvent> batch, EventPosition after)
    {
        batch.Clear();
        lock (_gate)
        {
            if (after < _droppedThrough)
            {
                throw new EventsTrimmedException(after, _droppedThrough);
            }

            for (long at = FirstAfter(after); at < _next && batch.Count < BatchSize; at++)
            {
                batch.Add(_ring[at % _ring.Length]);
            }
        }

        return batch.Count > 0;
    }

    private void Add(ClusterEvent clusterEvent)
    {
        if (_next - _first >= _capacity)
        {
            DropOldest();
        }
        else if (_next - _first == _ring.Length)
        {
            Grow();
        }

        _ring[_next % _ring.Length] = clusterEvent;
        _next++;
    }

    private void DropOldest()
    {
        _droppedThrough = EventLog.PositionOf(_ring[_first % _ring.Length]);
        _ring[_first % _ring.Length] = null!;
        _first++;
    }

    private void Grow()
    {
        var larger = new ClusterEvent[Math.Min(_capacity, _ring.Length * 2)];
        for (long at = _first; at < _next; at++)
        {
            larger[at % larger.Length] = _ring[at % _ring.Length];
        }

        _ring = larger;
    }

    private long FirstAfter(EventPosition position)
    {
        long low = _first;
        long high = _next;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (EventLog.PositionOf(_ring[middle % _ring.Length]) <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
