using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>One fence operation of the ledger. Read it; only <see cref="ClusterState"/> changes it.</summary>
public sealed class FenceOperation
{
    internal FenceOperation(OperationId id, NodeId node, string nodeName, Incarnation incarnation)
    {
        Id = id;
        Node = node;
        NodeName = nodeName;
        Incarnation = incarnation;
    }

    /// <summary>The log index that opened it.</summary>
    public OperationId Id { get; }

    /// <summary>The target.</summary>
    public NodeId Node { get; }

    /// <summary>The target's name.</summary>
    public string NodeName { get; }

    /// <summary>The life of the target that is to end.</summary>
    public Incarnation Incarnation { get; }

    /// <summary>Off, or off and on again.</summary>
    public FenceKind Kind { get; internal set; }

    /// <summary>Why.</summary>
    public string Reason { get; internal set; } = "";

    /// <summary>Who asked: <c>cluster</c>, or an operator.</summary>
    public string Requester { get; internal set; } = "";

    /// <summary>The key under which a repeated request finds it; empty when there was none.</summary>
    public string IdempotencyKey { get; internal set; } = "";

    /// <summary>Where it stands.</summary>
    public FencePhase Phase { get; internal set; }

    /// <summary>How it ended: <c>fenced</c>, <c>powered-on</c>, <c>on-failed</c>, <c>confirmed</c>, <c>superseded</c>; empty while open.</summary>
    public string Result { get; internal set; } = "";

    /// <summary>The strongest evidence gathered.</summary>
    public Evidence Evidence { get; internal set; }

    /// <summary>All attempts, in order.</summary>
    public IReadOnlyList<FenceAttempt> Attempts => AttemptList;

    /// <summary>The attempt under way, if any.</summary>
    public FenceAttempt? Running => AttemptList.Count > 0 && !AttemptList[^1].Ended ? AttemptList[^1] : null;

    /// <summary>Wall clock of the opening, Unix milliseconds, for people.</summary>
    public long OpenedAtUnixMs { get; internal set; }

    /// <summary>Wall clock of the end, Unix milliseconds, for people; 0 while open.</summary>
    public long ClosedAtUnixMs { get; internal set; }

    /// <summary>An operator asked for it: a node that proves its former life over makes it superfluous for the cluster, not for them.</summary>
    internal bool IsAskedFor { get; set; }

    internal List<FenceAttempt> AttemptList { get; } = [];

    /// <summary>Once closed and saved: its bytes in a saved state.</summary>
    internal byte[]? Saved { get; set; }
}
