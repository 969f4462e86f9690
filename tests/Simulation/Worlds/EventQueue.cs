namespace Cluster.Simulation.Worlds;

/// <summary>What is still to happen, ordered by (time, sequence): two things due at one time happen in the order they were planned.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, Key> _queue = new();
    private long _sequence;

    public void Add(long time, Action action) => _queue.Enqueue(action, new Key(time, _sequence++));

    /// <summary>Takes the next thing due at or before <paramref name="end"/>.</summary>
    public bool TryTake(long end, out long time, out Action action)
    {
        if (_queue.TryPeek(out Action? next, out Key key) && key.Time <= end)
        {
            _queue.Dequeue();
            time = key.Time;
            action = next;
            return true;
        }

        time = end;
        action = static () => { };
        return false;
    }

    private readonly struct Key(long time, long sequence) : IComparable<Key>
    {
        public long Time { get; } = time;

        private readonly long _sequence = sequence;

        public int CompareTo(Key other)
        {
            int byTime = Time.CompareTo(other.Time);
            return byTime != 0 ? byTime : _sequence.CompareTo(other._sequence);
        }
    }
}
