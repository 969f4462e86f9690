using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>Who votes, and what is done when votes are missing.</summary>
public sealed record QuorumPolicy
{
    /// <summary>Up to how many nodes vote by themselves; further ones are learners.</summary>
    public int VotersWanted { get; init; } = 7;

    /// <summary>A cluster that starts waits until all nodes were seen, or an operator says to go on. Always on with <see cref="TwoNode"/>.</summary>
    public bool WaitForAll { get; init; }

    /// <summary>What becomes of lives that nobody has heard since the cluster started.</summary>
    public StartupFencing StartupFencing { get; init; } = StartupFencing.FenceUnseen;

    /// <summary>A fenced voter that stays away for longer than the window is demoted, so that the others survive the next failure too.</summary>
    public bool LastManStanding { get; init; }

    /// <summary>See <see cref="LastManStanding"/>.</summary>
    public TimeSpan LastManStandingWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Of two voters, the one that has proven the other off goes on alone.</summary>
    public bool TwoNode { get; init; }

    /// <summary>How long the side that is not favoured waits before it has the other switched off.</summary>
    public TimeSpan TwoNodeDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The side that does not wait; <see cref="NodeId.None"/>: the one with the lower number.</summary>
    public NodeId TwoNodeFavoured { get; init; }

    /// <summary>What lock managers do without quorum.</summary>
    public NoQuorumPolicy NoQuorum { get; init; } = NoQuorumPolicy.Freeze;

    /// <summary>With <see cref="NoQuorumPolicy.Stop"/>: how long a node without lease knows of no quorum before it ends the stays of its lock managers.</summary>
    public TimeSpan NoQuorumStopAfter { get; init; } = TimeSpan.FromSeconds(10);
}
