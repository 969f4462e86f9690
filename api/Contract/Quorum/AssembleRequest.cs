using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>
/// An operator's word that the cluster goes on without the nodes that it waits for since it started. If one of them runs unseen and cut off, the two may act without
/// knowing of each other until it is fenced: go and look first.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AssembleRequest
{
    /// <summary>Who says so. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>The cluster's id, as a typed confirmation. Required.</summary>
    public string? Cluster { get; init; }
}
