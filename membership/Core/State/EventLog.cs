using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>The newest events, in order; older ones are dropped when there are more than the capacity.</summary>
public sealed class EventLog(int capacity = 65_536)
{
    private readonly List<Retained> _events = [];
    private int _capacity = capacity;
    private int _head;

    /// <summary>Positions at or before this one may have been dropped; <see cref="EventPosition.Start"/> when nothing was.</summary>
    public EventPosition DroppedThrough { get; private set; }

    /// <summary>The position of the newest event.</summary>
    public EventPosition Last { get; private set; }

    /// <summary>How many events are retained.</summary>
    public int Count => _events.Count - _head;

    /// <summary>How many events are retained at most.</summary>
    public int Capacity
    {
        get => _capacity;
        internal set
        {
            _capacity = value;
            Trim();
        }
    }

    /// <summary>How many bytes <see cref="SaveTo"/> writes.</summary>
    internal int SavedBytes { get; private set; }

    /// <summary>The retained event number <paramref name="offset"/>, oldest first.</summary>
    public ClusterEvent this[int offset] => _events[_head + offset].Event;

    /// <summary>The offset of the first retained event after <paramref name="position"/>.</summary>
    public int OffsetAfter(EventPosition position)
    {
        int low = _head;
        int high = _events.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (PositionOf(_events[middle].Event) <= position)
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
        Keep(clusterEvent);
        Last = position;
        Trim();
    }

    /// <summary>Writes the retained events as elements of <see cref="SavedState.Events"/>.</summary>
    internal void SaveTo(Span<byte> target)
    {
        for (int at = _head; at < _events.Count; at++)
        {
            byte[] saved = _events[at].Saved;
            saved.CopyTo(target);
            target = target[saved.Length..];
        }

        Invariant.Check(target.IsEmpty, "the events have the size that was counted");
    }

    /// <summary>Forgets everything and becomes what was saved.</summary>
    internal void Restore(IReadOnlyList<ClusterEvent> events, EventPosition droppedThrough, EventPosition last)
    {
        _events.Clear();
        _head = 0;
        SavedBytes = 0;
        foreach (ClusterEvent clusterEvent in events)
        {
            Keep(clusterEvent);
        }

        DroppedThrough = droppedThrough;
        Last = last;
        Trim();
    }

    private void Trim()
    {
        while (Count > _capacity)
        {
            DropOldest();
        }
    }

    private void Keep(ClusterEvent clusterEvent)
    {
        byte[] saved = SavedElement.Of(SavedState.EventsFieldNumber, clusterEvent);
        _events.Add(new Retained(clusterEvent, saved));
        SavedBytes += saved.Length;
    }

    private void DropOldest()
    {
        DroppedThrough = PositionOf(_events[_head].Event);
        SavedBytes -= _events[_head].Saved.Length;
        _events[_head] = default;
        _head++;
        if (_head > _capacity)
        {
            _events.RemoveRange(0, _head);
            _head = 0;
        }
    }

    private readonly record struct Retained(ClusterEvent Event, byte[] Saved);
}
