using Cluster.Transport;
using Cluster.Transport.Pulse;

namespace Cluster.Runtime.Links;

/// <summary>
/// The way to one other node: its paths, and what is counted about it. Urgent messages go over every path at once, as the cores take what comes twice for
/// what came once; all else goes over one path, so that it stays in order while nothing breaks.
/// </summary>
internal sealed class PeerLink
{
    private const long LookAgainAfterMs = 20;

    /// <summary>Acknowledgements may be late by 40 ms without anything being wrong, and one segment may be lost.</summary>
    private static readonly TimeSpan s_patienceWithTcp = TimeSpan.FromMilliseconds(100);

    /// <summary>Messages handed to the link.</summary>
    public long SentCount;

    /// <summary>Messages of the node that were understood.</summary>
    public long ReceivedCount;

    /// <summary>Messages either way that found no room.</summary>
    public long DroppedCount;

    /// <summary>Connections from the node that stand; counted for one that is kept by its own word.</summary>
    public int Accepted;

    private readonly Func<byte, PeerAddress, PeerPath> _makePath;
    private readonly PathChoice _choice = new();
    private PathHealth[] _health = [];
    private PeerPath[] _paths = [];
    private PeerPath[] _known = [];
    private byte _lastPath;
    private long _lookedAtMs;

    /// <summary>Makes the way to a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isProvisional">Whether only its own word stands for it so far.</param>
    /// <param name="pulse">Pulses to and from it.</param>
    /// <param name="makePath">Makes a path of a number and an address.</param>
    public PeerLink(NodePeer node, bool isProvisional, PulsePeer pulse, Func<byte, PeerAddress, PeerPath> makePath)
    {
        Pulse = pulse;
        _makePath = makePath;
        Node = node;
        IsProvisional = isProvisional;
        Change(node);
    }

    public NodePeer Node { get; private set; }

    /// <summary>True for a node that is known only by its own word: it goes with its last connection.</summary>
    public bool IsProvisional { get; set; }

    /// <summary>The paths, the preferred one first.</summary>
    public IReadOnlyList<PeerPath> Paths => Volatile.Read(ref _paths);

    /// <summary>The path that carries what goes over one only.</summary>
    public PeerPath? Current => Paths is { Count: > 0 } paths ? paths[Math.Min(_choice.Current, paths.Count - 1)] : null;

    /// <summary>Pulses to and from it.</summary>
    public PulsePeer Pulse { get; }

    /// <summary>How long a path may be silent before traffic leaves it.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(125);

    /// <summary>Told when traffic moves from one path to another.</summary>
    public Action<PeerLink, PeerPath, PeerPath>? Moved { get; init; }

    /// <summary>Takes what is known of the node now. By one thread at a time.</summary>
    /// <returns>Paths that are over, to be disposed of.</returns>
    public List<PeerPath> Confirm(NodePeer node)
    {
        IsProvisional = false;
        return node.Equals(Node) ? [] : Change(node);
    }

    /// <summary>On the loop's thread. False when the node has no address that is known here.</summary>
    public bool QueueBulk(OutgoingFrame frame)
    {
        PeerPath[] paths = Look();
        if (paths.Length == 0)
        {
            return false;
        }

        paths[_choice.Current].Queue(frame, LinkPriority.Bulk);
        Volatile.Write(ref SentCount, SentCount + 1);
        return true;
    }

    /// <summary>
    /// Sends a message of the moment by pulse, at once. While it is not known that pulses arrive, it goes over the links as well: a firewall may let no
    /// datagrams through, and where many are lost TCP sends again. On the loop's thread.
    /// </summary>
    /// <returns>False when it found no room.</returns>
    public bool Beat(OutgoingFrame frame)
    {
        if (!Pulse.Send(frame) || !Pulse.IsEchoed(Patience))
        {
            return QueueUrgent(frame);
        }

        Volatile.Write(ref SentCount, SentCount + 1);
        return true;
    }

    /// <summary>On the loop's thread. False when it found no room.</summary>
    public bool QueueUrgent(OutgoingFrame frame)
    {
        bool queued = false;
        foreach (PeerPath path in Look())
        {
            if (path.MayQueueUrgent())
            {
                path.Queue(frame, LinkPriority.Urgent);
                queued = true;
            }
        }

        Volatile.Write(ref SentCount, SentCount + (queued ? 1 : 0));
        return queued;
    }

    /// <summary>On the loop's thread, often: this is where a path that fails is left.</summary>
    public void Flush()
    {
        PeerPath[] paths = Look();
        long nowMs = Environment.TickCount64;
        if (paths.Length > 1 && nowMs - _lookedAtMs >= LookAgainAfterMs)
        {
            _lookedAtMs = nowMs;
            Choose(paths, nowMs);
        }

        foreach (PeerPath path in paths)
        {
            path.Flush();
        }
    }

    /// <summary>The node is not a peer any more.</summary>
    /// <returns>Its paths, to be disposed of.</returns>
    public IReadOnlyList<PeerPath> End()
    {
        Pulse.Dispose();
        return Paths;
    }

    private void Choose(PeerPath[] paths, long nowMs)
    {
        for (int i = 0; i < paths.Length; i++)
        {
            _health[i] = paths[i].HealthOfLink(nowMs, Patience > s_patienceWithTcp ? Patience : s_patienceWithTcp);
            if (_health[i] == PathHealth.Good && Pulse.IsSilent(paths[i].Number, Patience))
            {
                _health[i] = PathHealth.Silent;
            }
        }

        int before = _choice.Current;
        if (_choice.Choose(_health, nowMs))
        {
            paths[_choice.Current].TakeBulkFrom(paths[before]);
            Moved?.Invoke(this, paths[before], paths[_choice.Current]);
        }
    }

    /// <summary>The paths as they are now. On the loop's thread, which alone touches the choice.</summary>
    private PeerPath[] Look()
    {
        PeerPath[] paths = Volatile.Read(ref _paths);
        if (!ReferenceEquals(paths, _known))
        {
            PeerPath? former = _choice.Current < _known.Length ? _known[_choice.Current] : null;
            _choice.Reset(Math.Max(0, former is null ? 0 : Array.IndexOf(paths, former)));
            _health = new PathHealth[paths.Length];
            _known = paths;
        }

        return paths;
    }

    private List<PeerPath> Change(NodePeer node)
    {
        PeerPath[] old = _paths;
        PeerPath[] paths =
        [
            .. node.Addresses.Distinct().Select(
                address => Array.Find(old, path => path.Address == address) ?? _makePath(++_lastPath, address)),
        ];
        Node = node;
        Volatile.Write(ref _paths, paths);
        List<PeerPath> over = [.. old.Except(paths)];
        over.ForEach(path => Pulse.RemovePath(path.Number));
        return over;
    }
}
