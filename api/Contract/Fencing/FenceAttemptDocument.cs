using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>One attempt of a fence operation.</summary>
public sealed record FenceAttemptDocument
{
    /// <summary>Its number in the operation, from 1.</summary>
    public required uint Number { get; init; }

    /// <summary>The node that runs the agents.</summary>
    public required string Executor { get; init; }

    /// <summary>The fencing level.</summary>
    public required int Level { get; init; }

    /// <summary>What was ordered.</summary>
    public required FenceAttemptAction Action { get; init; }

    /// <summary>Where it stands.</summary>
    public required FenceAttemptState State { get; init; }

    /// <summary>What it observed.</summary>
    public required Evidence Evidence { get; init; }

    /// <summary>
    /// A stable word for the failure: <c>unreachable</c>, <c>authentication</c>, <c>privilege</c>, <c>still-on</c>, <c>timed-out</c>,
    /// <c>configuration</c>, <c>device</c> or <c>unknown</c>; absent when it did not fail.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>One sentence for people; absent while it runs.</summary>
    public string? Detail { get; init; }

    /// <summary>The devices used; absent while it runs.</summary>
    public string? Device { get; init; }

    /// <summary>When it was started (UTC).</summary>
    public required DateTime StartedAt { get; init; }

    /// <summary>How long it took, in milliseconds, as the executor measured; absent while it runs.</summary>
    public long? TookMs { get; init; }
}

/// <summary>What a fence attempt orders.</summary>
[JsonConverter(typeof(KebabCaseConverter<FenceAttemptAction>))]
public enum FenceAttemptAction
{
    /// <summary>Switch off, and observe that it is off.</summary>
    Off,

    /// <summary>Switch on.</summary>
    On,
}

/// <summary>Where a fence attempt stands.</summary>
[JsonConverter(typeof(KebabCaseConverter<FenceAttemptState>))]
public enum FenceAttemptState
{
    /// <summary>Under way.</summary>
    Running,

    /// <summary>It had its effect, and that was observed.</summary>
    Succeeded,

    /// <summary>It failed, or its outcome is not known.</summary>
    Failed,
}
