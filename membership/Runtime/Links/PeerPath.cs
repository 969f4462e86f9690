using Cluster.Transport;

namespace Cluster.Runtime.Links;

/// <summary>One path to a peer: the link to one of its addresses, and how it fares.</summary>
internal sealed class PeerPath : IAsyncDisposable
{
    /// <summary>
    /// Urgent messages are of the moment: while there is no connection only so many are queued, enough to have it made.
    /// </summary>
    private const int MaxQueuedWhileDown = 32;

    private readonly bool[] _queued = new bool[3];
    private readonly string?[] _told = new string?[3];
    private readonly long[] _missingSinceMs = [long.MaxValue, long.MaxValue, long.MaxValue];
    private volatile bool _connected;
    private int _queuedWhileDown;

    /// <summary>Makes a path; nothing is connected before the first message.</summary>
    /// <param name="options">Settings of links.</param>
    /// <param name="node">The number of the node to reach.</param>
    /// <param name="number">Tells it from the other paths to the node, also from former ones.</param>
    /// <param name="address">Where.</param>
    /// <param name="changed">Told of each connect, disconnect and failed attempt.</param>
    public PeerPath(LinkOptions options, uint node, byte number, PeerAddress address, Action<PeerPath, LinkStatus> changed)
    {
        Number = number;
        Address = address;
        Link = new OutboundLink(options, node, PeerEndPoint.Of(address), status =>
        {
            if (status.Priority == LinkPriority.Urgent)
            {
                _connected = status.IsConnected;
                Volatile.Write(ref _queuedWhileDown, 0);
            }

            changed(this, status);
        });
    }

    public byte Number { get; }

    public PeerAddress Address { get; }

    public OutboundLink Link { get; }

    /// <summary>Whether a message may be queued for the urgent connection.</summary>
    public bool MayQueueUrgent() => _connected || Interlocked.Increment(ref _queuedWhileDown) <= MaxQueuedWhileDown;

    /// <summary>Has the connection of a priority made, though there is nothing to say: the frame is empty, and no message.</summary>
    public void Connect(LinkPriority priority) => Link.TrySend(ReadOnlyMemory<byte>.Empty, priority);

    /// <summary>On the loop's thread.</summary>
    public void Queue(OutgoingFrame frame, LinkPriority priority)
    {
        Link.TryQueue(frame, priority);
        _queued[(int)priority] = true;
    }

    /// <summary>On the loop's thread. What is urgent goes first.</summary>
    public void Flush()
    {
        for (LinkPriority priority = LinkPriority.Urgent; priority >= LinkPriority.Bulk; priority--)
        {
            if (_queued[(int)priority])
            {
                _queued[(int)priority] = false;
                Link.Flush(priority);
            }
        }
    }

    /// <summary>Takes over what waits for another path's bulk connection. On the loop's thread.</summary>
    public void TakeBulkFrom(PeerPath other)
    {
        Link.TakeQueuedFrom(other.Link, LinkPriority.Bulk);
        _queued[(int)LinkPriority.Bulk] = true;
    }

    /// <summary>
    /// How it looks to TCP. A connection is silent when the other machine acknowledges nothing for longer than the patience; TCP itself would wait for
    /// seconds. To be asked again and again, by one thread at a time: an acknowledgement counts as missing from when it was first seen to be.
    /// </summary>
    public PathHealth HealthOfLink(long nowMs, TimeSpan patience)
    {
        if (!Link.IsConnected(LinkPriority.Urgent))
        {
            return PathHealth.Down;
        }

        bool silent = IsSilent(LinkPriority.Urgent, nowMs, patience) | IsSilent(LinkPriority.Bulk, nowMs, patience);
        return silent ? PathHealth.Silent : PathHealth.Good;
    }

    /// <summary>Whether this is news about a connection, and not what was told already.</summary>
    public bool IsNews(LinkPriority priority, string? news) => Interlocked.Exchange(ref _told[(int)priority], news) != news;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Link.DisposeAsync();

    private bool IsSilent(LinkPriority priority, long nowMs, TimeSpan patience)
    {
        ref long since = ref _missingSinceMs[(int)priority];
        if (Link.Unacknowledged(priority) is not { } lastAcknowledged)
        {
            since = long.MaxValue;
            return false;
        }

        long acknowledgedAt = nowMs - (long)lastAcknowledged.TotalMilliseconds;
        since = since == long.MaxValue ? nowMs : Math.Max(since, acknowledgedAt);
        return nowMs - since > patience.TotalMilliseconds;
    }
}
