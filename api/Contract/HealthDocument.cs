namespace Cluster.Api.Contract;

/// <summary>The answer of a health endpoint that has nothing to complain of.</summary>
/// <param name="Status"><c>live</c> or <c>ready</c>.</param>
public sealed record HealthDocument(string Status);
