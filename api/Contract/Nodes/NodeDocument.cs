namespace Cluster.Api.Contract;

/// <summary>A configured node and its newest life.</summary>
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
