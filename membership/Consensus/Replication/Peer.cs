using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

/// <summary>Another node that takes part, and what this node knows of it in its term.</summary>
internal sealed class Peer(NodeId id, RaftOptions options)
{
    /// <summary>The node.</summary>
    public NodeId Id => id;

    /// <summary>While this node leads: how far the peer is.</summary>
    public Progress Progress { get; } = new(options);

    /// <summary>While this node stands for election: the peer's answer.</summary>
    public Ballot Ballot { get; set; }

    /// <summary>The patience that came with its vote; 0 when it was not told.</summary>
    public TimeSpan VotePatience { get; set; }

    /// <summary>
    /// Tells what is known of this node from what was known before it was removed and added again in the same term: then it may
    /// have another disk, and old acknowledgements count for nothing.
    /// </summary>
    public ulong Session { get; set; }

    /// <summary>While this node leads: the commit index that the peer was last sent.</summary>
    public LogIndex Told { get; set; }

    /// <summary>
    /// While this node leads: the number with which a newcomer, or one of two voters that has restarted, asks whether it holds what it must; 0 for others.
    /// </summary>
    public ulong Newcomer { get; set; }

    /// <summary>While this node leads: the peer has answered, and is no newcomer.</summary>
    public bool IsSettled { get; set; }

    /// <summary>The entry that removed the node; it is served until it knows of it.</summary>
    public LogIndex? RemovedBy { get; set; }

    /// <summary>Of a removed node: when it is given up on.</summary>
    public MonotonicTime ServedUntil { get; set; }
}
