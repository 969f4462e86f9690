using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Admits a node by an operator's word. Its daemon then joins as any other.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NodeAddRequest
{
    /// <summary>Who admits it. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>Its name. Required; 1 to 63 of a-z 0-9 -, beginning with a letter or digit.</summary>
    public string? Name { get; init; }

    /// <summary>Where the other nodes reach it, <c>host:port</c>, the preferred one first. Required, at most 8.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>Its number, never used before. Left out: the next that is free.</summary>
    public uint? Id { get; init; }

    /// <summary>What its vote counts once it votes, 1 to 1000. Left out: 1.</summary>
    public uint? Votes { get; init; }

    /// <summary>Whether it votes and holds no lock manager. Left out: false.</summary>
    public bool? Arbiter { get; init; }

    /// <summary>What is to be noted about it, by key.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}
