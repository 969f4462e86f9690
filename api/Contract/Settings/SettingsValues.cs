using System.Text.Json.Serialization;

namespace Cluster.Api.Contract;

/// <summary>
/// Settings of the whole cluster. What is left out is not said: in a change it stays as it is; among what was given, the profile or the release gives it. Durations are in
/// milliseconds.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SettingsValues
{
    /// <summary>Lease, detector and elections.</summary>
    public TimingValues? Timing { get; init; }

    /// <summary>Who votes, and what is done when votes are missing.</summary>
    public QuorumValues? Quorum { get; init; }

    /// <summary>How fence operations are driven.</summary>
    public FencingValues? Fencing { get; init; }

    /// <summary>What becomes of group members that do not acknowledge.</summary>
    public GroupValues? Groups { get; init; }

    /// <summary>How much history each node keeps.</summary>
    public LimitValues? Limits { get; init; }
}

/// <summary>Lease, detector and elections.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TimingValues
{
    /// <summary><c>lan</c>, <c>fast</c> or <c>wan</c>: gives what is not said here.</summary>
    public string? Profile { get; init; }

    /// <summary>Between heartbeats, lease requests and probes.</summary>
    public uint? HeartbeatIntervalMs { get; init; }

    /// <summary>Least silence of the leader before an election.</summary>
    public uint? ElectionTimeoutMinMs { get; init; }

    /// <summary>Greatest silence of the leader before an election.</summary>
    public uint? ElectionTimeoutMaxMs { get; init; }

    /// <summary>How long a granted lease lasts.</summary>
    public uint? LeaseMs { get; init; }

    /// <summary>The greatest ratio between the rates of two clocks, 1 to 2.</summary>
    public double? ClockRateBound { get; init; }

    /// <summary>A daemon that was not run for longer than this drops what it believed about the others.</summary>
    public uint? StallThresholdMs { get; init; }

    /// <summary>After a start: how long nodes never heard since are not taken for dead.</summary>
    public uint? StartupGraceMs { get; init; }
}

/// <summary>Who votes, and what is done when votes are missing.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record QuorumValues
{
    /// <summary>Up to how many nodes vote by themselves; further ones are learners.</summary>
    public uint? VotersWanted { get; init; }

    /// <summary>A cluster that starts waits until all nodes were seen, or an operator says to go on. Always on in two-node mode.</summary>
    public bool? WaitForAll { get; init; }

    /// <summary>What becomes of nodes that nobody has heard since the cluster started: <c>fence-unseen</c> or <c>ask-operator</c>.</summary>
    public string? StartupFencing { get; init; }

    /// <summary>A fenced voter that stays away for longer than the window ceases to vote.</summary>
    public bool? LastManStanding { get; init; }

    /// <summary>For how long it stays away before.</summary>
    public uint? LastManStandingWindowMs { get; init; }

    /// <summary>Of two voters, the one that has proven the other off goes on alone.</summary>
    public bool? TwoNode { get; init; }

    /// <summary>How long the side that is not favoured waits before it has the other switched off.</summary>
    public uint? TwoNodeDelayMs { get; init; }

    /// <summary>The name of the favoured node; empty: the one with the lower number.</summary>
    public string? TwoNodeFavoured { get; init; }

    /// <summary>What lock managers do without quorum: <c>freeze</c> or <c>stop</c>.</summary>
    public string? NoQuorum { get; init; }

    /// <summary>With <c>stop</c>: how long without quorum until they give up everything.</summary>
    public uint? NoQuorumStopAfterMs { get; init; }
}

/// <summary>How fence operations are driven.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record FencingValues
{
    /// <summary>What is done to a node that was declared down: <c>reboot</c> or <c>off</c>.</summary>
    public string? OnDown { get; init; }

    /// <summary>How long one attempt may take.</summary>
    public uint? AttemptDeadlineMs { get; init; }

    /// <summary>The pause after the first failed attempt; it doubles.</summary>
    public uint? RetryMinMs { get; init; }

    /// <summary>The greatest pause between attempts.</summary>
    public uint? RetryMaxMs { get; init; }
}

/// <summary>What becomes of group members that do not acknowledge; for groups that name nothing of their own.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record GroupValues
{
    /// <summary>How long a member may take to acknowledge a generation.</summary>
    public uint? AckDeadlineMs { get; init; }

    /// <summary>What becomes of one that takes longer: <c>expel</c> or <c>fence</c>.</summary>
    public string? LateMember { get; init; }
}

/// <summary>How much history each node keeps.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LimitValues
{
    /// <summary>How many events.</summary>
    public uint? EventsRetained { get; init; }

    /// <summary>How many fence operations.</summary>
    public uint? OperationsRetained { get; init; }
}
