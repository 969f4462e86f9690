namespace Cluster.Membership;

/// <summary>
/// The cluster uses what this build does not understand. Going on would make this node's state differ from the others' (S1), so the process must stop.
/// </summary>
/// <param name="needed">The level of the cluster.</param>
/// <param name="understood">The highest level that this build understands.</param>
public sealed class FeatureLevelException(uint needed, uint understood) : Exception(
    $"the cluster runs at feature level {needed}, but this build of clusterd understands only levels up to {understood}: "
    + "install the release that the other nodes run, then start this node again; its data folder stays as it is")
{
    /// <summary>The level of the cluster.</summary>
    public uint Needed { get; } = needed;

    /// <summary>The highest level that this build understands.</summary>
    public uint Understood { get; } = understood;
}
