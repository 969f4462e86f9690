using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>The newest events, in order; older ones are dropped when more than the capacity were added.</summary>
public sealed class EventLog(int capacity = 65_536)
{
    private readonly List<ClusterEvent> _events = [];
    private int _head;

    /// <summary>Positions at or before this one may have been dropped; <see cref="EventPosition.Start"/> when nothing was.</summary>
    public EventPosition DroppedThrough { get; private set; }

    /// <summary>The position of the newest event.</summary>
    public EventPosition Last { get; private set; }

    /// <summary>How many events are retained.</summary>
    public int Count => _events.Count - _head;

    /// <summary>The retained event number <paramref name="offset"/>, oldest first.</summary>
    public ClusterEvent this[int offset] => _events[_head + offset];

    /// <summary>The offset of the first retained event after <paramref name="position"/>.</summary>
    public int OffsetAfter(EventPosition position)
    {
        int low = _head;
        int high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (PositionOf(_events[middle]) <= position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - _head;
    }

    /// <summary>Where an event stands.</summary>
    public static EventPosition PositionOf(ClusterEvent clusterEvent) => new(clusterEvent.Index, clusterEvent.Ordinal);

    internal void Add(ClusterEvent clusterEvent)
    {
        EventPosition position = PositionOf(clusterEvent);
        Invariant.Check(position > Last, "events are added in growing order");
        _events.Add(clusterEvent);
        Last = position;
        if (Count > capacity)
        {
            DroppedThrough = PositionOf(_events[_head]);
            _head++;
            if (_head > capacity)
            {
                _events.RemoveRange(0, _head);
                _head = 0;
            }
        }
    }
}
