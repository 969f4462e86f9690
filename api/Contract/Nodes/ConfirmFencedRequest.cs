using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>
/// A human's word that a node is stopped. Whoever gives it while the node still runs destroys data: go and look first.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConfirmFencedRequest
{
    /// <summary>Who gives the word; it stays in the ledger. Required, at most 128 characters.</summary>
    public string? Who { get; init; }

    /// <summary>How that person knows. At most 512 characters.</summary>
    public string? Note { get; init; }

    /// <summary>The node's name once more, as a typed confirmation. Required.</summary>
    public string? Node { get; init; }

    /// <summary>The life that is stopped. When given, the word is refused if the node has begun another one since.</summary>
    public ulong? Incarnation { get; init; }
}
