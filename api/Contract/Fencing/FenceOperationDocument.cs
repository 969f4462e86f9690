namespace Cluster.Api.Contract;

/// <summary>One operation of the fence ledger.</summary>
public sealed record FenceOperationDocument
{
    /// <summary>The log index that opened it.</summary>
    public required ulong Id { get; init; }

    /// <summary>Where this document is found.</summary>
    public required string Url { get; init; }

    /// <summary>The target's name.</summary>
    public required string Node { get; init; }

    /// <summary>The life of the target that is to end.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>What it is to do.</summary>
    public required FenceKind Kind { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>Who asked: <c>cluster</c>, or an operator.</summary>
    public required string Requester { get; init; }

    /// <summary>Where it stands.</summary>
    public required FenceOperationPhase Phase { get; init; }

    /// <summary>
    /// How it ended: <c>fenced</c>, <c>powered-on</c>, <c>on-failed</c>, <c>confirmed</c> or <c>superseded</c>; absent while it is open.
    /// </summary>
    public string? Result { get; init; }

    /// <summary>The strongest evidence gathered.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>When it was opened (UTC).</summary>
    public required DateTime OpenedAt { get; init; }

    /// <summary>When it was closed (UTC); absent while it is open.</summary>
    public DateTime? ClosedAt { get; init; }

    /// <summary>All attempts, in order.</summary>
    public required IReadOnlyList<FenceAttemptDocument> Attempts { get; init; }
}
