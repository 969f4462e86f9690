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

    /// <summary>Whether it is one of the nodes that the cluster began with.</summary>
    public bool IsFounder { get; internal set; }

    /// <summary>
    /// Its peer endpoints, <c>host:port</c>, the preferred one first: those that the cluster was told, else those that this node was configured with; empty when
    /// there are neither.
    /// </summary>
    public IReadOnlyList<string> Addresses => ReplicatedAddresses.Count > 0 ? ReplicatedAddresses : ConfiguredAddresses;

    /// <summary>What its vote counts while it votes, from 1 on.</summary>
    public int Votes { get; internal set; } = 1;

    /// <summary>It votes and holds no lock manager: nothing is ever in doubt when it is gone.</summary>
    public bool IsArbiter { get; internal set; }

    /// <summary>It is not switched off by the cluster's own decision; what it holds still waits for proof when it is down.</summary>
    public bool IsMaintained { get; internal set; }

    /// <summary>Lock managers on it are asked to leave their groups, and none may join. Ends when it has left and joins again.</summary>
    public bool IsDraining { get; internal set; }

    /// <summary>What operators noted about it, ordered by key.</summary>
    public IReadOnlyDictionary<string, string> Labels => LabelMap;

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

    /// <summary>What the log says; the same on every node.</summary>
    internal IReadOnlyList<string> ReplicatedAddresses { get; set; } = [];

    /// <summary>What this node's own configuration says; no part of the state.</summary>
    internal IReadOnlyList<string> ConfiguredAddresses { get; set; } = [];

    internal SortedDictionary<string, string> LabelMap { get; } = new(StringComparer.Ordinal);
}
