using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>A group: the members of one lock space.</summary>
public sealed record GroupDocument
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where this document is found.</summary>
    public required string Url { get; init; }

    /// <summary>Where it stands.</summary>
    public required GroupState State { get; init; }

    /// <summary>The newest generation that was started; it never goes back.</summary>
    public required ulong Generation { get; init; }

    /// <summary>The weakest evidence that lets it go on without a member's node.</summary>
    public required Evidence RequiredEvidence { get; init; }

    /// <summary>How long a member may take to acknowledge a generation, in milliseconds: the group's own, or the cluster's setting.</summary>
    public long AckDeadlineMs { get; init; }

    /// <summary>What becomes of a member that takes longer: <c>expel</c> or <c>fence</c>.</summary>
    public string LateMember { get; init; } = "expel";

    /// <summary>The members, by slot.</summary>
    public required IReadOnlyList<GroupMemberDocument> Members { get; init; }

    /// <summary>Members that are gone since the newest start.</summary>
    public required IReadOnlyList<DepartedMemberDocument> Departed { get; init; }

    /// <summary>What it waits for: <c>quorum</c>, <c>fencing of n3 (...)</c>, <c>ack of n2</c>. Empty when it is ready or empty.</summary>
    public required IReadOnlyList<string> WaitsFor { get; init; }
}

/// <summary>Where a group stands.</summary>
[JsonConverter(typeof(KebabCaseConverter<GroupState>))]
public enum GroupState
{
    /// <summary>Nobody is in it.</summary>
    Empty,

    /// <summary>Stopped: it waits for proof about departed members.</summary>
    Stopped,

    /// <summary>Started: members recover and acknowledge.</summary>
    Starting,

    /// <summary>All members have acknowledged.</summary>
    Ready,
}
