using Cluster.Runtime.Wire;
using Cluster.Transport;

namespace Cluster.Runtime.Links;

/// <summary>The way to one other node: its link, and what is counted and told about it.</summary>
internal sealed class PeerLink(NodePeer node)
{
    /// <summary>
    /// Urgent messages are of the moment: while there is no connection only so many are queued, enough to have it made.
    /// </summary>
    private const int MaxQueuedWhileDown = 32;

    /// <summary>Messages handed to the link.</summary>
    public long SentCount;

    /// <summary>Messages of the node that were understood.</summary>
    public long ReceivedCount;

    /// <summary>Messages either way that found no room.</summary>
    public long DroppedCount;

    /// <summary>Urgent connections from the node that stand.</summary>
    public int Inbound;

    private readonly bool[] _queued = new bool[3];
    private volatile bool _connected;
    private int _queuedWhileDown;

    public NodePeer Node => node;

    public OutboundLink Link { get; set; } = null!;

    /// <summary>What was last logged about each priority's connection.</summary>
    public string?[] Told { get; } = new string?[3];

    /// <summary>On the loop's thread.</summary>
    public void Queue(RaftFrame frame, LinkPriority priority)
    {
        Link.TryQueue(frame, priority);
        _queued[(int)priority] = true;
        Volatile.Write(ref SentCount, SentCount + 1);
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

    public void SetConnected(bool connected)
    {
        _connected = connected;
        Volatile.Write(ref _queuedWhileDown, 0);
    }

    public bool MayQueueUrgent() => _connected || Interlocked.Increment(ref _queuedWhileDown) <= MaxQueuedWhileDown;
}
