namespace Cluster.Membership;

/// <summary>
/// What builds of different age can do together. A cluster runs at the lowest level that all its members understand, and never goes back: what a
/// level allows may stand in the log and in snapshots from then on.
/// </summary>
/// <remarks>
/// To add to the replicated state, the log or the peer protocol something whose loss would make builds differ: raise <see cref="Understood"/>, name
/// the level here, and use the new thing only where <see cref="ClusterState.FeatureLevel"/> has reached it (in commands: by
/// <c>Command.required_level</c>, which all builds check alike).
/// </remarks>
public static class FeatureLevels
{
    /// <summary>What the first builds understand, which say nothing of levels.</summary>
    public const uint First = 1;

    /// <summary>
    /// The log may begin with a snapshot, and its voters may change. A member that does not understand this could never be brought up to date once
    /// the entries that it needs are gone, so nothing is dropped from the log before this level is reached.
    /// </summary>
    public const uint Snapshots = 2;

    /// <summary>
    /// The list of nodes, who votes, and the settings of the whole cluster are part of the replicated state and change while it runs. Before, the list of nodes is
    /// what is configured, the same on all.
    /// </summary>
    public const uint Membership = 3;

    /// <summary>The highest level that this build understands.</summary>
    public const uint Understood = Membership;
}
