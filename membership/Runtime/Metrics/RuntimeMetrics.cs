using System.Diagnostics.Metrics;
using Cluster.Client;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Runtime.Metrics;

/// <summary>The instruments of the meter <c>Cluster</c>. Any listener may read them.</summary>
internal sealed partial class RuntimeMetrics : IDisposable
{
    private readonly Meter _meter = new("Cluster");
    private readonly Histogram<double> _logSync;
    private readonly Counter<long> _fenceAttempts;
    private readonly Counter<long> _stalls;
    private readonly Histogram<double> _snapshotSaves;

    public RuntimeMetrics()
    {
        _logSync = _meter.CreateHistogram(
            "cluster.log.sync.duration",
            "s",
            "Time to write and sync one batch of the log",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
            });
        _fenceAttempts = _meter.CreateCounter<long>(
            "cluster.fence.attempts", null, "Fence attempts carried out by this node, by action and outcome");
        _snapshotSaves = _meter.CreateHistogram<double>(
            "cluster.snapshot.save.duration", "s", "Time to make the replicated state a file, apart from the log's writes");
        _stalls = _meter.CreateCounter<long>(
            "cluster.loop.stalls", null, "Times the loop was not run for longer than the stall threshold");
    }

    public void SnapshotSaved(TimeSpan duration) => _snapshotSaves.Record(duration.TotalSeconds);

    public void LogSynced(TimeSpan duration) => _logSync.Record(duration.TotalSeconds);

    public void Stalled() => _stalls.Add(1);

    public void FenceAttempted(AttemptAction action, AttemptOutcome outcome) => _fenceAttempts.Add(
        1,
        new KeyValuePair<string, object?>("action", action == AttemptAction.SwitchOn ? "on" : "off"),
        new KeyValuePair<string, object?>("outcome", outcome.Succeeded ? "succeeded" : outcome.Failure));

    /// <summary>Adds the instruments that are read off a running node.</summary>
    public void Observe(NodeRuntime runtime)
    {
        Gauge("cluster.raft.term", () => (long)runtime.Status.Log.Term.Value, "Current Raft term");
        Gauge("cluster.raft.commit.index", () => (long)runtime.Status.Log.CommitIndex.Value, "Last log entry known to be committed");
        Gauge("cluster.raft.first.index", () => (long)runtime.Status.Log.FirstIndex.Value, "First log entry on this node: what is before is in a snapshot");
        Gauge("cluster.raft.last.index", () => (long)runtime.Status.Log.LastIndex.Value, "Last log entry on this node");
        Gauge("cluster.raft.leading", () => runtime.Status.Log.IsLeader ? 1 : 0, "1 on the leader");
        Gauge("cluster.raft.leader.known", () => runtime.Status.Log.Leader.IsNone ? 0 : 1, "1 when a leader is known");
        Gauge("cluster.member", () => runtime.Status.Incarnation == Incarnation.None ? 0 : 1, "1 while this node is a member");
        Gauge("cluster.quorate", () => runtime.IsQuorate ? 1 : 0, "1 while this node knows itself to belong to a majority");
        Gauge("cluster.groups.waiting", () => runtime.Status.GroupsWaiting, "Groups with members that are not ready");
        Gauge("cluster.fence.operations.open", () => runtime.Status.OpenFenceOperations, "Fence operations without an end");
        Gauge("cluster.feature.level", () => runtime.Status.FeatureLevel, "Feature level that the cluster has reached");
        Gauge("cluster.feature.level.understood", () => FeatureLevels.Understood, "Highest feature level that this build understands");
        Gauge("cluster.log.trouble", () => runtime.IsLogInTrouble ? 1 : 0, "1 while the log needs an operator: no space for its next file, or old files can not be deleted");
        ObserveSnapshots(runtime);
        _meter.CreateObservableGauge(
            "cluster.lease.remaining",
            () => Math.Max(0, (runtime.LeaseDeadline - BootTime.Now).TotalSeconds),
            "s",
            "Time until this node's lease ends; 0 when it has none");
        _meter.CreateObservableGauge(
            "cluster.loop.gap.max", () => runtime.WorstLoopGap.TotalSeconds, "s", "Longest time between two ticks since the start");
        _meter.CreateObservableCounter("cluster.messages.sent", () => runtime.MessagesSent, null, "Messages handed to peer links");
        _meter.CreateObservableCounter("cluster.messages.received", () => runtime.MessagesReceived, null, "Messages of peers understood");
        ObservePeers(runtime);
        ObserveStalls(runtime);
        Gauge(
            "cluster.peer.links.plain", () => runtime.PlainPeerLinks, "Links to peers that are neither encrypted nor authenticated; 0 is right");
        _meter.CreateObservableGauge(
            "cluster.peer.certificate.remaining",
            () => runtime.PeerCertificateNotAfter is { } end
                ? new[] { new Measurement<double>((end - DateTimeOffset.UtcNow).TotalSeconds) }
                : [],
            "s",
            "Time until the certificate for peer links expires; absent on plain links");
    }

    private void ObserveSnapshots(NodeRuntime runtime)
    {
        Gauge("cluster.snapshot.index", () => (long)runtime.Snapshots.Index.Value, "Last log entry in the newest snapshot on disk; 0 without one");
        _meter.CreateObservableGauge("cluster.snapshot.size", () => runtime.Snapshots.Bytes, "By", "Size of the newest snapshot's state");
        _meter.CreateObservableGauge(
            "cluster.snapshot.age",
            () => runtime.Snapshots is { Index.Value: > 0 } newest ? Math.Max(0, (DateTimeOffset.UtcNow - newest.SavedAt).TotalSeconds) : 0,
            "s",
            "Time since the newest snapshot was saved; 0 without one");
        Counter("cluster.log.compactions", () => runtime.Snapshots.Compactions, null, "Times the log was shortened to begin with a snapshot");
        Counter("cluster.snapshot.restores", () => runtime.Snapshots.Restores, null, "Times the state was replaced by a snapshot's, the start included");
        Counter("cluster.snapshot.failures", () => runtime.Snapshots.Failures, null, "Snapshots that could not be saved");
        Counter("cluster.snapshot.sent", () => runtime.SnapshotBytesSent, "By", "Bytes of snapshots handed to peer links");
        Counter("cluster.snapshot.received", () => runtime.SnapshotBytesReceived, "By", "Bytes of snapshots that peers sent");
    }

    private void Counter(string name, Func<long> read, string? unit, string description) =>
        _meter.CreateObservableCounter(name, read, unit, description);

    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, Func<long> read, string description) =>
        _meter.CreateObservableGauge(name, read, null, description);
}
