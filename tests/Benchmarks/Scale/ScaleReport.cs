using System.Text.Json.Serialization;
using Cluster.Benchmarks.Report;

namespace Cluster.Benchmarks.Scale;

/// <summary>All that was measured in one run; the JSON file is this. README.md beside the project describes it.</summary>
internal sealed class ScaleReport
{
    /// <summary>Raised when a field changes its meaning or goes.</summary>
    public int Schema => 1;

    public required MachineReport Machine { get; init; }

    /// <summary>How it was measured, in words.</summary>
    public List<string> Method { get; } = [];

    public MemoryReport? Memory { get; set; }

    public FanOutReport? FanOut { get; set; }

    public ProcessesReport? Processes { get; set; }

    public List<Verdict> Verdicts { get; } = [];
}

/// <summary>Members in one process.</summary>
/// <param name="Members">How many.</param>
/// <param name="Profile">The timing profile.</param>
/// <param name="ListSeconds">From the first command that lists a node until all take part in the log.</param>
/// <param name="StormSeconds">From the start of all daemons at once until all are up.</param>
/// <param name="StormEverywhereSeconds">Until all know it and hold their leases.</param>
/// <param name="StormDelivery">Meanwhile: from the first member that saw an event to each other.</param>
/// <param name="SteadyDelivery">The same at ten events a second.</param>
/// <param name="LeaderLoad">Share of one processor that the leader's core used meanwhile.</param>
/// <param name="OthersLoad">The same of each other member, on average.</param>
/// <param name="LongestLeaderInputMs">The longest that one input held the leader up meanwhile and after.</param>
/// <param name="MessagesPerSecond">Messages delivered meanwhile, all members together.</param>
/// <param name="MemberDeath">From the death of a member to the event at each survivor.</param>
/// <param name="LeaderDeath">The same of the leader.</param>
/// <param name="FalseDowns">Living members that were declared down in the whole run.</param>
/// <param name="HeapMb">Managed memory of all members.</param>
/// <param name="RealSeconds">How long the run took.</param>
internal sealed record MemoryReport(
    uint Members,
    string Profile,
    double ListSeconds,
    double StormSeconds,
    double StormEverywhereSeconds,
    Spread StormDelivery,
    Spread SteadyDelivery,
    double LeaderLoad,
    double OthersLoad,
    double LongestLeaderInputMs,
    double MessagesPerSecond,
    Spread MemberDeath,
    Spread LeaderDeath,
    int FalseDowns,
    double HeapMb,
    double RealSeconds);

/// <summary>Subscribers of one daemon's event stream.</summary>
/// <param name="Subscribers">How many.</param>
/// <param name="Events">Events that were told.</param>
/// <param name="EventsPerSecond">At what rate.</param>
/// <param name="Delivery">From the event at the first subscriber of all to each.</param>
/// <param name="Missed">Events that did not reach somebody.</param>
/// <param name="DaemonMb">Memory of the daemon meanwhile.</param>
/// <param name="FalseDowns">Nodes that were declared down meanwhile.</param>
internal sealed record FanOutReport(
    int Subscribers, int Events, double EventsPerSecond, Spread Delivery, long Missed, double DaemonMb, int FalseDowns);

/// <summary>Daemons as processes.</summary>
/// <param name="Processes">How many.</param>
/// <param name="MbEach">Memory of each, shared pages by share.</param>
/// <param name="FormSeconds">From the start of the first until all are up.</param>
/// <param name="Death">From SIGKILL of one to the event at each survivor.</param>
/// <param name="FalseDowns">Living nodes that were declared down.</param>
internal sealed record ProcessesReport(int Processes, double MbEach, double FormSeconds, Spread Death, int FalseDowns);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ScaleReport))]
internal sealed partial class ScaleJson : JsonSerializerContext;
