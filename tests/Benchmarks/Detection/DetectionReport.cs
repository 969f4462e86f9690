using System.Text.Json.Serialization;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Detection;

/// <summary>All that was measured in one run; the JSON file is this. README.md beside the project describes it.</summary>
internal sealed class DetectionReport
{
    /// <summary>Raised when a field changes its meaning or goes.</summary>
    public int Schema => 1;

    public required MachineReport Machine { get; init; }

    /// <summary>The version of corosync; absent without it.</summary>
    public string? Corosync { get; set; }

    /// <summary>How it was measured, in words.</summary>
    public List<string> Method { get; } = [];

    public List<DetectionRow> Detection { get; } = [];

    public List<FalseDownRow> FalseDowns { get; } = [];

    public List<Verdict> Verdicts { get; } = [];
}

/// <summary>Kills of one kind.</summary>
/// <param name="System"><c>cluster</c> or <c>corosync</c>.</param>
/// <param name="Setting">The timing profile, or corosync's settings.</param>
/// <param name="Load"><c>idle</c>, or <c>full</c>: every core kept busy.</param>
/// <param name="Victim"><c>follower</c> or <c>leader</c>.</param>
/// <param name="Ms">From SIGKILL to the event at the last survivor, each time.</param>
/// <param name="FirstSurvivorMs">The same at the first survivor.</param>
internal sealed record DetectionRow(
    string System, string Setting, string Load, string Victim, IReadOnlyList<double> Ms, IReadOnlyList<double> FirstSurvivorMs)
{
    public double MedianMs => Ms.Order().ElementAt(Ms.Count / 2);

    public double WorstMs => Ms.Max();
}

/// <summary>A run in which nothing was killed.</summary>
/// <param name="System"><c>cluster</c> or <c>corosync</c>.</param>
/// <param name="Setting">The timing profile, or corosync's settings.</param>
/// <param name="Load"><c>idle</c> or <c>full</c>.</param>
/// <param name="Minutes">How long it lasted.</param>
/// <param name="Downs">How often a living node was declared down.</param>
/// <param name="LeaderChanges">How often leadership (corosync: the ring) changed without that.</param>
/// <param name="WorstStalls">Of each metric about stalls, the worst of all nodes at the end; corosync: pauses it noticed itself.</param>
internal sealed record FalseDownRow(
    string System, string Setting, string Load, double Minutes, int Downs, int LeaderChanges, IReadOnlyDictionary<string, double> WorstStalls);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DetectionReport))]
internal sealed partial class DetectionJson : JsonSerializerContext;
