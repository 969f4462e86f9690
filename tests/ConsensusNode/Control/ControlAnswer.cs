using Cluster.ConsensusNode.Load;

namespace Cluster.ConsensusNode.Control;

/// <summary>One line that a node answers with.</summary>
public sealed record ControlAnswer
{
    /// <summary>Why it was not done; null when it was.</summary>
    public string? Error { get; init; }

    /// <summary>Of <c>propose</c>: the proposal's id.</summary>
    public ulong Id { get; init; }

    /// <summary>Of <c>propose</c>: where it is committed.</summary>
    public ulong Index { get; init; }

    /// <summary>Of <c>status</c>.</summary>
    public NodeStatus? Status { get; init; }

    /// <summary>Of <c>load</c>.</summary>
    public LoadResult? Load { get; init; }
}
