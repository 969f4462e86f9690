using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Transport;

namespace Cluster.Runtime.Links;

/// <summary>
/// Which processes of the other nodes are known to be over: the loop writes what the replicated state shows, the links read it. A
/// process that is not known here is admitted: it may be newer than anything that was applied yet.
/// </summary>
/// <remarks>
/// A process's session is the nonce of its first life; each further life adds one (see <see cref="MembershipOptions.Nonce"/>). What is
/// over is only what was seen to be followed; a restart forgets it, and learns it again from the log as far as that reaches back.
/// </remarks>
internal sealed class PeerSessions
{
    /// <summary>Lives of one process, far fewer than numbers between two processes that drew theirs at random.</summary>
    private const ulong MostLives = 1UL << 32;

    private const int Remembered = 16;
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, Processes> _nodes = [];

    /// <summary>Takes what the state shows now. On the loop's thread, after events.</summary>
    /// <returns>True when a process is over that was not before.</returns>
    public bool Observe(ClusterState state)
    {
        bool anyOver = false;
        foreach (NodeRecord node in state.Nodes)
        {
            anyOver |= node.Incarnation != Incarnation.None && Observe(node.Id, node.Nonce, node.Incarnation);
        }

        return anyOver;
    }

    /// <summary>The same for one node.</summary>
    public bool Observe(NodeId node, ulong nonce, Incarnation incarnation)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(node, out Processes? known))
            {
                return known.Nonce != nonce && known.Follow(nonce, incarnation);
            }

            _nodes.Add(node, new Processes { Nonce = nonce, Incarnation = incarnation });
            return false;
        }
    }

    /// <summary>Why a peer is not listened to; null admits it.</summary>
    public string? RefusalOf(LinkPeer peer)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(new NodeId(peer.Node), out Processes? known) && known.IsOver(peer.Session)
                ? $"this process of node {peer.Node} is over: another one of the node has joined since, as incarnation {known.Incarnation.Value}; "
                    + "end the one that should not run, and start it again if it is the right one"
                : null;
        }
    }

    private static bool IsLifeOf(ulong nonce, ulong session) => unchecked(nonce - session) < MostLives;

    private sealed class Processes
    {
        private readonly Queue<ulong> _over = [];

        public required ulong Nonce { get; set; }

        public required Incarnation Incarnation { get; set; }

        public bool Follow(ulong nonce, Incarnation incarnation)
        {
            bool another = !IsLifeOf(nonce, Nonce);
            if (another)
            {
                _over.Enqueue(Nonce);
                if (_over.Count > Remembered)
                {
                    _over.Dequeue();
                }
            }

            (Nonce, Incarnation) = (nonce, incarnation);
            return another;
        }

        public bool IsOver(ulong session) => !IsLifeOf(Nonce, session) && _over.Any(nonce => IsLifeOf(nonce, session));
    }
}
