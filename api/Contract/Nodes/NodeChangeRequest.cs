using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Changes what is kept of a node; what is left out stays as it is.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NodeChangeRequest
{
    /// <summary>Who changes it. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>The whole new list of where the other nodes reach it, <c>host:port</c>, the preferred one first.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>What its vote counts while it votes, 1 to 1000.</summary>
    public uint? Votes { get; init; }

    /// <summary>Whether it is in maintenance: the cluster does not switch it off by its own decision.</summary>
    public bool? Maintenance { get; init; }

    /// <summary>Whether it is being drained: lock managers on it are asked to leave their groups, and none may join.</summary>
    public bool? Draining { get; init; }

    /// <summary>The whole new list of what is noted about it, by key.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
