using System.Text.Json.Serialization;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Report;

/// <summary>All that was measured in one run; the JSON file is this. README.md beside the project describes it.</summary>
internal sealed class BenchReport
{
    /// <summary>Raised when a field changes its meaning or goes.</summary>
    public int Schema => 1;

    public required MachineReport Machine { get; init; }

    /// <summary>How it was measured, in words.</summary>
    public List<string> Method { get; } = [];

    public RawReport? Raw { get; set; }

    public List<LoadRow> Loads { get; } = [];

    public FailoverReport? Failover { get; set; }

    public SnapshotReport? Snapshot { get; set; }

    public OpenReport? Open { get; set; }

    public List<Verdict> Verdicts { get; } = [];
}

/// <summary>Where it was measured.</summary>
internal sealed record MachineReport(
    DateTimeOffset Started,
    string Processor,
    int Cores,
    string Kernel,
    string FileSystem,
    string Runtime,
    string? Etcd,
    double LoadAverage,
    bool Quick);

/// <summary>What the machine does without us.</summary>
/// <param name="RoundTrip">A request of a proposal's size and an answer, over loopback.</param>
/// <param name="Sync">One write of 4 KB and one fdatasync.</param>
/// <param name="GroupCommit">The same with 256 records in one write.</param>
/// <param name="GroupCommitsPerSecond">Records a second that way.</param>
internal sealed record RawReport(
    LatencySummary RoundTrip, LatencySummary Sync, LatencySummary GroupCommit, double GroupCommitsPerSecond);

/// <summary>One load on one system.</summary>
/// <param name="System"><c>cluster</c>, or <c>etcd</c>.</param>
/// <param name="Loop"><c>closed</c> or <c>open</c>.</param>
/// <param name="Proposers">Outstanding proposals (closed loop), or connections (etcd, open loop).</param>
/// <param name="OfferedPerSecond">The rate offered in an open loop; 0 in a closed one.</param>
/// <param name="CommitsPerSecond">Commits a second.</param>
/// <param name="Latency">Of a commit.</param>
/// <param name="AllocatedBytesPerCommit">Managed bytes the leader allocated a commit, the proposers' included; null for etcd.</param>
/// <param name="LeaderCpuUsPerCommit">Processor time of the leader a commit; null for etcd.</param>
/// <param name="TotalCpuUsPerCommit">Processor time of all three processes a commit.</param>
/// <param name="CommitsPerSync">Commits that shared one sync of the leader's log; null for etcd.</param>
/// <param name="SyncP50Us">The median of the leader's syncs, with the write before: three processes share the disk; null for etcd.</param>
/// <param name="Refused">Proposals that found no room.</param>
internal sealed record LoadRow(
    string System,
    string Loop,
    int Proposers,
    double OfferedPerSecond,
    double CommitsPerSecond,
    LatencySummary Latency,
    double? AllocatedBytesPerCommit,
    double? LeaderCpuUsPerCommit,
    double TotalCpuUsPerCommit,
    double? CommitsPerSync,
    double? SyncP50Us,
    long Refused);

/// <summary>From the leader's SIGKILL to the next commit, in milliseconds, each time.</summary>
internal sealed record FailoverReport(string Profile, IReadOnlyList<double> Ms)
{
    public double MedianMs => Ms.Order().ElementAt(Ms.Count / 2);

    public double MaxMs => Ms.Max();
}

/// <summary>A snapshot that goes to an empty follower while commits go on.</summary>
/// <param name="Bytes">Its size.</param>
/// <param name="TransferSeconds">From the follower's start to its having all.</param>
/// <param name="OfferedPerSecond">Proposals a second, before and meanwhile.</param>
/// <param name="Idle">Latency before.</param>
/// <param name="Meanwhile">Latency meanwhile.</param>
internal sealed record SnapshotReport(
    long Bytes, double TransferSeconds, int OfferedPerSecond, LatencySummary Idle, LatencySummary Meanwhile);

/// <summary>Opening a large log folder, its pages in the cache.</summary>
internal sealed record OpenReport(long Bytes, int Entries, double Seconds);

/// <summary>One target and whether it was met.</summary>
internal sealed record Verdict(string What, string Target, string Measured, bool Met);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class ReportJson : JsonSerializerContext;
