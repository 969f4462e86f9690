using Cluster.Membership;

namespace Cluster.Api.Server.Events;

/// <summary>
/// The newest frames, oldest first, each with a growing number; bounded in bytes and number. Not for several threads.
/// </summary>
/// <param name="maxBytes">How many bytes are kept at most; the newest frame is kept in any case.</param>
/// <param name="maxFrames">How many frames are kept at most.</param>
internal sealed class EventRing(long maxBytes, int maxFrames)
{
    private Slot[] _slots = new Slot[64];
    private long _bytes;

    /// <summary>The number of the oldest frame.</summary>
    public long First { get; private set; }

    /// <summary>The number that the next frame gets.</summary>
    public long Next { get; private set; }

    /// <summary>Frames before this one were not pushed out by later ones: they never were here, or were cleared away.</summary>
    public long Origin { get; private set; }

    /// <summary>All events after this position are here.</summary>
    public EventPosition Before { get; private set; }

    /// <summary>The position of the newest event.</summary>
    public EventPosition Last { get; private set; }

    /// <summary>One frame.</summary>
    /// <param name="Position">The event's position; a comment has that of the event before it.</param>
    /// <param name="Bytes">As it goes over the stream.</param>
    /// <param name="IsEvent">False for a comment.</param>
    public readonly record struct Slot(EventPosition Position, ReadOnlyMemory<byte> Bytes, bool IsEvent);

    /// <summary>A frame that is kept.</summary>
    public Slot this[long number] => _slots[number % _slots.Length];

    /// <summary>Forgets everything: the events to come follow this position.</summary>
    public void Clear(EventPosition before)
    {
        Array.Clear(_slots);
        Next++; // the gap is a number that nobody finds: also who had seen the newest frame learns of it
        First = Next;
        Origin = Next;
        _bytes = 0;
        Before = before;
        Last = before;
    }

    /// <summary>Adds an event.</summary>
    public void Add(EventPosition position, ReadOnlyMemory<byte> frame)
    {
        Add(new Slot(position, frame, IsEvent: true));
        Last = position;
    }

    /// <summary>Adds a comment.</summary>
    public void AddComment(ReadOnlyMemory<byte> frame) => Add(new Slot(Last, frame, IsEvent: false));

    /// <summary>The first frame that a reader who has seen everything up to a position needs; <paramref name="after"/> is not before <see cref="Before"/>.</summary>
    public long FirstAfter(EventPosition after)
    {
        long low = First;
        long high = Next;
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (this[middle].Position <= after)
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

    private void Add(Slot slot)
    {
        while (Next > First && (_bytes + slot.Bytes.Length > maxBytes || Next - First >= maxFrames))
        {
            Slot oldest = this[First];
            _bytes -= oldest.Bytes.Length;
            Before = oldest.Position;
            _slots[First % _slots.Length] = default;
            First++;
        }

        if (Next - First == _slots.Length)
        {
            Grow();
        }

        _slots[Next % _slots.Length] = slot;
        _bytes += slot.Bytes.Length;
        Next++;
    }

    private void Grow()
    {
        var larger = new Slot[_slots.Length * 2];
        for (long at = First; at < Next; at++)
        {
            larger[at % larger.Length] = _slots[at % _slots.Length];
        }

        _slots = larger;
    }
}
