using System.Diagnostics.CodeAnalysis;
using Cluster.Consensus;

namespace Cluster.Runtime.Links;

/// <summary>
/// The peers that are known, changed while others read. A node that is not on the list is kept by its own word as long as it is connected: it may have
/// been added by commands that were not applied here yet, or removed and not know it yet.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="make">Makes the way to a node; true for one that is known by its own word only.</param>
internal sealed class PeerTable(NodeId self, Func<NodePeer, bool, PeerLink> make)
{
    /// <summary>The most nodes that are kept by their own word.</summary>
    public const int MaxProvisional = 64;

    private readonly Lock _gate = new();
    private Dictionary<uint, PeerLink> _byNumber = [];
    private PeerLink[] _all = [];

    /// <summary>All of them, ordered by number.</summary>
    public PeerLink[] All => Volatile.Read(ref _all);

    public bool TryFind(uint node, [NotNullWhen(true)] out PeerLink? peer) => Volatile.Read(ref _byNumber).TryGetValue(node, out peer);

    /// <summary>The name of a node; null for one that is not known for certain.</summary>
    public string? NameOf(uint node) => TryFind(node, out PeerLink? peer) && !peer.IsProvisional ? peer.Node.Name : null;

    /// <summary>Whether a name belongs to no node that is known for certain.</summary>
    public bool IsFree(string name) => !Array.Exists(All, peer => !peer.IsProvisional && peer.Node.Name == name);

    /// <summary>Why an unknown node is not admitted; null admits it, and so it does every known one.</summary>
    public string? RefusalOf(uint node)
    {
        if (node == self.Value)
        {
            return $"node {node} is this node; every node needs a number of its own";
        }

        lock (_gate)
        {
            if (_byNumber.ContainsKey(node))
            {
                return null;
            }

            return _all.Count(static peer => peer.IsProvisional) >= MaxProvisional
                    ? $"node {node} is not known here, and {MaxProvisional} nodes that are not are connected already"
                    : null;
        }
    }

    /// <summary>Takes the whole new list of nodes.</summary>
    /// <returns>Paths that are over, to be disposed of.</returns>
    public List<PeerPath> Update(IReadOnlyList<NodePeer> nodes)
    {
        List<PeerPath> over = [];
        lock (_gate)
        {
            Dictionary<uint, PeerLink> next = [];
            foreach (NodePeer node in nodes.Where(node => node.Id != self))
            {
                if (_byNumber.TryGetValue(node.Id.Value, out PeerLink? peer))
                {
                    over.AddRange(peer.Confirm(node));
                }

                next[node.Id.Value] = peer ?? make(node, false);
            }

            foreach ((uint number, PeerLink peer) in _byNumber)
            {
                if (next.ContainsKey(number))
                {
                    continue;
                }

                if (Volatile.Read(ref peer.Accepted) > 0)
                {
                    // Not yet on the list, or not any more: the engine still has to tell a removed voter of its removal.
                    peer.IsProvisional = true;
                    next[number] = peer;
                }
                else
                {
                    over.AddRange(peer.End());
                }
            }

            Publish(next);
        }

        return over;
    }

    /// <summary>Keeps an unknown node by its own word; a known one is left as it is.</summary>
    /// <param name="node">What it says of itself.</param>
    public PeerLink Keep(NodePeer node)
    {
        lock (_gate)
        {
            if (!_byNumber.TryGetValue(node.Id.Value, out PeerLink? peer))
            {
                peer = make(node, true);
                Publish(new Dictionary<uint, PeerLink>(_byNumber) { [node.Id.Value] = peer });
            }

            Interlocked.Increment(ref peer.Accepted);
            return peer;
        }
    }

    /// <summary>A connection of a node is over.</summary>
    /// <returns>Paths that are over, to be disposed of.</returns>
    public IReadOnlyList<PeerPath> Release(uint node)
    {
        lock (_gate)
        {
            if (!_byNumber.TryGetValue(node, out PeerLink? peer) || Interlocked.Decrement(ref peer.Accepted) > 0 || !peer.IsProvisional)
            {
                return [];
            }

            var next = new Dictionary<uint, PeerLink>(_byNumber);
            next.Remove(node);
            Publish(next);
            return peer.End();
        }
    }

    private void Publish(Dictionary<uint, PeerLink> next)
    {
        Volatile.Write(ref _byNumber, next);
        Volatile.Write(ref _all, [.. next.Values.OrderBy(static peer => peer.Node.Id.Value)]);
    }
}
