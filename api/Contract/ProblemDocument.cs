using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>An error, as RFC 9457 has it.</summary>
public sealed record ProblemDocument
{
    /// <summary>What kind of problem it is: one of <see cref="ProblemTypes"/>. Programs decide by this, not by the words.</summary>
    public required string Type { get; init; }

    /// <summary>The same in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was asked, what is wrong and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The path that was asked for.</summary>
    public string? Instance { get; init; }

    /// <summary>With <see cref="ProblemTypes.EventsTrimmed"/>: events up to this position are gone; read <c>/v1/cluster</c> and go on from there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TrimmedThrough { get; init; }

    /// <summary>With <see cref="ProblemTypes.Internal"/>: finds the fault in the daemon's log.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Trace { get; init; }
}
