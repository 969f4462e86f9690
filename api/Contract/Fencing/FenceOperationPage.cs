namespace Cluster.Api.Contract;

/// <summary>Fence operations, oldest first.</summary>
/// <param name="Operations">At most as many as were asked for.</param>
/// <param name="Next">What to pass as <c>after</c> for the next page; absent on the last.</param>
public sealed record FenceOperationPage(IReadOnlyList<FenceOperationDocument> Operations, string? Next);
