using System.Collections.ObjectModel;
using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>
/// How the leader drives fence operations. All but the levels is the same on all nodes and replicated (<see cref="ClusterSettings.Fencing"/>); the
/// levels follow from each daemon's devices.
/// </summary>
public sealed record FencePolicy
{
    /// <summary>What is done to a node that was declared down.</summary>
    public FenceKind OnDown { get; init; } = FenceKind.Reboot;

    /// <summary>The numbers of configured fencing levels of each node; a node without levels waits for a human.</summary>
    public IReadOnlyDictionary<NodeId, IReadOnlyList<int>> Levels { get; init; } = ReadOnlyDictionary<NodeId, IReadOnlyList<int>>.Empty;

    /// <summary>How long one attempt may take.</summary>
    public TimeSpan AttemptDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause after the first failed attempt; it doubles up to <see cref="RetryMax"/>.</summary>
    public TimeSpan RetryMin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The greatest pause between attempts.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(30);
}
