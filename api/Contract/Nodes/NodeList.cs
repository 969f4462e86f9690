namespace Cluster.Api.Contract;

/// <summary>All configured nodes.</summary>
/// <param name="Nodes">By number.</param>
public sealed record NodeList(IReadOnlyList<NodeDocument> Nodes);
