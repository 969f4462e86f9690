namespace Cluster.Consensus;

/// <summary>The append messages a follower has not acknowledged yet, bounded in number and bytes.</summary>
internal sealed class Inflights(int maxMessages, long maxBytes)
{
    private readonly Queue<Inflight> _messages = new();
    private long _bytes;

    /// <summary>True when no further message may be sent. An empty window always takes one, whatever its size.</summary>
    public bool IsFull => _messages.Count >= maxMessages || (_messages.Count > 0 && _bytes >= maxBytes);

    /// <summary>How many further bytes fit.</summary>
    public long Room => Math.Max(0, maxBytes - _bytes);

    /// <summary>Takes note of a message whose last entry is <paramref name="last"/>.</summary>
    public void Add(LogIndex last, long bytes)
    {
        Invariant.Check(!IsFull, "nothing is sent into a full window");
        _messages.Enqueue(new Inflight(last, bytes));
        _bytes += bytes;
    }

    /// <summary>Drops the messages that are acknowledged when everything up to <paramref name="match"/> is.</summary>
    public void FreeThrough(LogIndex match)
    {
        while (_messages.TryPeek(out Inflight oldest) && oldest.Last <= match)
        {
            _bytes -= _messages.Dequeue().Bytes;
        }
    }

    /// <summary>Forgets all messages.</summary>
    public void Clear()
    {
        _messages.Clear();
        _bytes = 0;
    }

    private readonly record struct Inflight(LogIndex Last, long Bytes);
}
