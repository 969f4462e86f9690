using Cluster.Membership.Protocol;

namespace Cluster.Membership;

/// <summary>What becomes of group members that do not acknowledge; for groups that name nothing of their own.</summary>
public sealed record GroupPolicy
{
    /// <summary>How long a member may take to acknowledge a generation, by the leader's clock.</summary>
    public TimeSpan AckDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What becomes of a member that takes longer.</summary>
    public LateMember LateMember { get; init; } = LateMember.Expel;
}
