namespace Cluster.Api.Contract;

/// <summary>All groups.</summary>
/// <param name="Groups">By name.</param>
public sealed record GroupList(IReadOnlyList<GroupDocument> Groups);
