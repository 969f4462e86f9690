using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Begins or ends something on a node.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NodeSwitchRequest
{
    /// <summary>Who asks. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>True begins it, false ends it. Left out: true.</summary>
    public bool? On { get; init; }
}
