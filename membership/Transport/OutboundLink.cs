using System.Net;

namespace Cluster.Transport;

/// <summary>
/// The sending half of the way to one remote node: frames go over connections that this end makes when there is something to send
/// and makes anew when they break. Frames of one priority arrive in the order in which they were sent, each at most once; they
/// may be lost,
/// always in a way that shows as a new connection or a dropped frame in <see cref="StatusOf"/>. Safe for use by many threads.
/// </summary>
public sealed class OutboundLink : IAsyncDisposable
{
    private readonly LinkOptions _options;
    private readonly OutboundChannel _bulk;
    private readonly OutboundChannel _urgent;

    /// <summary>Makes a link; nothing is connected before the first frame.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="remote">The node to reach; the listener refuses when it is another.</param>
    /// <param name="endPoint">Where it listens.</param>
    /// <param name="changed">Called after each connect, disconnect and failed attempt, on a thread of the pool; must be
    /// cheap.</param>
    public OutboundLink(LinkOptions options, uint remote, EndPoint endPoint, Action<LinkStatus>? changed = null)
    {
        options.Identity.Validate();
        ArgumentOutOfRangeException.ThrowIfZero(remote);
        _options = options;
        Remote = remote;
        _bulk = new OutboundChannel(options, remote, endPoint, LinkPriority.Bulk, changed);
        _urgent = new OutboundChannel(options, remote, endPoint, LinkPriority.Urgent, changed);
    }

    /// <summary>The node that this leads to.</summary>
    public uint Remote { get; }

    /// <summary>Puts a frame into the queue of its priority; never waits.</summary>
    /// <param name="body">The frame; must not change afterwards.</param>
    /// <param name="priority">Its class.</param>
    /// <returns>False when it was dropped at once: the queue is full (<see cref="QueueOverflow.DropNewest"/>) or the link is
    /// disposed.</returns>
    /// <exception cref="ArgumentException">The frame is larger than the links allow.</exception>
    public bool TrySend(ReadOnlyMemory<byte> body, LinkPriority priority = LinkPriority.Bulk)
    {
        Check(body.Length);
        bool added = Channel(priority).TryQueue(new QueuedFrame(body, null));
        Channel(priority).Wake();
        return added;
    }

    /// <summary>
    /// Puts a frame into the queue of its priority, to be written when its turn comes; never waits. It is sent with the next
    /// <see cref="Flush"/>, or earlier.
    /// </summary>
    /// <inheritdoc cref="TrySend"/>
    public bool TryQueue(OutgoingFrame frame, LinkPriority priority)
    {
        Check(frame.Length);
        return Channel(priority).TryQueue(new QueuedFrame(default, frame));
    }

    /// <summary>
    /// Sends what waits in the queue of a priority: on this thread when the connection takes it at once, which spares a change of
    /// threads, otherwise on one of the pool. Never waits.
    /// </summary>
    public void Flush(LinkPriority priority) => Channel(priority).Flush();

    /// <summary>What is known of the connection of a priority.</summary>
    public LinkStatus StatusOf(LinkPriority priority) => Channel(priority).Status;

    /// <summary>True while the connection of a priority stands, as far as this end has seen.</summary>
    public bool IsConnected(LinkPriority priority) => Channel(priority).IsConnected;

    /// <summary>
    /// How long ago the other end's machine acknowledged anything; null when no acknowledgement is missing. After a pause it may be long although
    /// nothing is wrong: what counts is how long it stays unacknowledged from then on. A process that stands still does not show here: its kernel goes on acknowledging.
    /// </summary>
    public TimeSpan? Unacknowledged(LinkPriority priority) => Channel(priority).Unacknowledged;

    /// <summary>
    /// Takes over what waits in the queue of another link to the same node, to be sent with the next <see cref="Flush"/>. What that link handed to the
    /// operating system may still arrive, also later than what is sent here.
    /// </summary>
    public void TakeQueuedFrom(OutboundLink other, LinkPriority priority) => Channel(priority).TakeQueuedFrom(other.Channel(priority));

    /// <summary>Closes both connections; what waits is dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _bulk.DisposeAsync().ConfigureAwait(false);
        await _urgent.DisposeAsync().ConfigureAwait(false);
    }

    private void Check(int length)
    {
        if (length > _options.MaxFrameBytes)
        {
            throw new ArgumentException(
                $"a frame of {length} bytes was to be sent to node {Remote}; at most {_options.MaxFrameBytes} are allowed");
        }
    }

    private OutboundChannel Channel(LinkPriority priority) => priority == LinkPriority.Urgent ? _urgent : _bulk;
}
