using System.Collections.ObjectModel;

namespace Cluster.Api.Contract;

/// <summary>A node of the cluster and its newest life.</summary>
public sealed record NodeDocument
{
    /// <summary>Its number.</summary>
    public required uint Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where this document is found.</summary>
    public required string Url { get; init; }

    /// <summary>Where its newest life stands.</summary>
    public required NodeState State { get; init; }

    /// <summary>Its newest life: the log index of its join. 0 before the first.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>Whether it leads.</summary>
    public required bool Leader { get; init; }

    /// <summary>Whether it votes. A node that does not is a learner: it gets everything and counts for nothing.</summary>
    public bool Voting { get; init; } = true;

    /// <summary>What its vote counts while it votes.</summary>
    public int Votes { get; init; } = 1;

    /// <summary>Whether it votes and holds no lock manager.</summary>
    public bool Arbiter { get; init; }

    /// <summary>Whether it is one of the nodes that the cluster began with.</summary>
    public bool Founder { get; init; }

    /// <summary>Where the other nodes reach it, <c>host:port</c>, the preferred one first.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Whether it is in maintenance: the cluster does not switch it off by its own decision.</summary>
    public bool Maintenance { get; init; }

    /// <summary>Whether it is being drained: lock managers on it are asked to leave their groups, and none may join.</summary>
    public bool Draining { get; init; }

    /// <summary>What operators noted about it, by key.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>The highest feature level that the daemon of this life understands.</summary>
    public uint FeatureLevel { get; init; } = 1;

    /// <summary>The strongest evidence that this life is stopped.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>The levels of the fence devices that can fence it, in the order in which they are tried. Empty: only a human's word can.</summary>
    public required IReadOnlyList<int> FenceLevels { get; init; }

    /// <summary>Where its REST API is reached; absent before it first joined.</summary>
    public string? ApiUrl { get; init; }

    /// <summary>Why it was declared down; absent while it is up.</summary>
    public string? DownReason { get; init; }

    /// <summary>Who gave a human's word that it is stopped; absent otherwise.</summary>
    public string? ConfirmedBy { get; init; }

    /// <summary>When its state last changed (UTC); absent before the first join.</summary>
    public DateTime? ChangedAt { get; init; }
}
