using Cluster.ConsensusNode.Load;

namespace Cluster.ConsensusNode.Control;

/// <summary>One line that the driver sends to a node's control socket.</summary>
/// <param name="Op">What to do: <c>status</c>, <c>load</c>, <c>end-load</c>, <c>propose</c>, <c>journal</c>, <c>compact</c>, <c>change</c>, <c>transfer</c>, <c>stop</c>.</param>
public sealed record ControlRequest(string Op)
{
    /// <summary>Of <c>load</c>: what load.</summary>
    public LoadRequest? Load { get; init; }

    /// <summary>Of <c>propose</c>: the proposal's id; comes back in its answer. Answers may come out of order.</summary>
    public ulong Id { get; init; }

    /// <summary>Of <c>journal</c>: the file to write it to.</summary>
    public string? Path { get; init; }

    /// <summary>Of <c>change</c>: the steps, each a kind and a node, e.g. <c>Promote 4</c>. It is begun when the answer comes, not done.</summary>
    public IReadOnlyList<string>? Steps { get; init; }

    /// <summary>Of <c>transfer</c>: the node that is to lead.</summary>
    public uint Node { get; init; }
}
