namespace Cluster.Membership;

/// <summary>A node whose failure alone does harm.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Reason">What harm.</param>
public sealed record SinglePoint(string Node, SinglePointReason Reason);
