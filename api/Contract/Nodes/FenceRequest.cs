using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>Asks that a node is fenced. Repeat it with the same <c>Idempotency-Key</c> when no answer came.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FenceRequest
{
    /// <summary>Why; it stays in the ledger. Required, at most 512 characters.</summary>
    public string? Reason { get; init; }

    /// <summary><c>reboot</c> (the default: off, observe off, on) or <c>off</c>.</summary>
    public FenceKind? Kind { get; init; }
}
