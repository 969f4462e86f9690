using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>What the replicated state knows of one node. Read it; only <see cref="ClusterState"/> changes it.</summary>
public sealed class NodeRecord
{
    internal NodeRecord(NodeId id, string name)
    {
        Id = id;
        Name = name;
    }

    /// <summary>Its number.</summary>
    public NodeId Id { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its newest life; <see cref="Membership.Incarnation.None"/> before the first.</summary>
    public Incarnation Incarnation { get; internal set; }

    /// <summary>Where that life stands.</summary>
    public NodeLifeState State { get; internal set; }

    /// <summary>Drawn by the daemon of that life.</summary>
    public ulong Nonce { get; internal set; }

    /// <summary>The boot of the machine that life ran on.</summary>
    public string BootId { get; internal set; } = "";

    /// <summary>Where its REST API is reached.</summary>
    public string ApiUrl { get; internal set; } = "";

    /// <summary>The highest feature level that the daemon of that life understands.</summary>
    public uint FeatureLevel { get; internal set; } = FeatureLevels.First;

    /// <summary>Why it was declared down; empty while up.</summary>
    public string DownReason { get; internal set; } = "";

    /// <summary>The strongest evidence that this life is stopped.</summary>
    public Evidence Evidence { get; internal set; }

    /// <summary>Who gave a human's word for it; empty otherwise.</summary>
    public string ConfirmedBy { get; internal set; } = "";

    /// <summary>Wall clock of the last change of state, Unix milliseconds, for people.</summary>
    public long ChangedAtUnixMs { get; internal set; }
}
