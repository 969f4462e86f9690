namespace Cluster.Api.Contract;

/// <summary>The ways from the answering node to the others.</summary>
/// <param name="Links">One for each other node, ordered by number.</param>
public sealed record LinkList(IReadOnlyList<LinkDocument> Links);
