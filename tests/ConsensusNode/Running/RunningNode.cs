using System.Diagnostics;
using System.Security.Cryptography;
using Cluster.Client;
using Cluster.Consensus;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Load;
using Cluster.ConsensusNode.State;
using Cluster.Membership;
using Cluster.Runtime;
using Cluster.Runtime.Links;
using Cluster.Runtime.Loop;
using Cluster.Storage;
using Microsoft.Extensions.Logging;

namespace Cluster.ConsensusNode.Running;

/// <summary>The parts of one node, put together as the daemon does.</summary>
internal sealed class RunningNode
{
    private const int FailureExitCode = 70;

    private readonly WriteAheadLog _log;
    private readonly LogThread _writer;
    private readonly SnapshotThread _saver;
    private readonly CoreLoop _loop;
    private readonly Lock _syncGate = new();
    private LatencyHistogram _syncs = new();
    private readonly double _openMs;
    private readonly int _recovered;

    /// <summary>Opens the data folder and makes the parts; nothing runs yet.</summary>
    public RunningNode(NodeSettings settings, ILogger logger)
    {
        Directory.CreateDirectory(settings.Data);
        long began = Stopwatch.GetTimestamp();
        _log = WriteAheadLog.Open(new WriteAheadLogOptions { Directory = settings.Data }, out RecoveredLog recovered);
        _openMs = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        _recovered = recovered.Entries.Count;
        _writer = new LogThread(_log, Inbox.PostPersisted, Synced, e => Fail("the log on disk", e));
        var stalls = new StallBoard();
        var links = new PeerLinks(LinkOptionsOf(settings), Draw(), Inbox, stalls, logger);
        var engine = new RaftNode(OptionsOf(settings), recovered, BootTime.Now);
        _saver = new SnapshotThread(
            _log.Snapshots,
            (meta, _) => Inbox.Post(new ReplicaCall<bool>((core, now) => SnapshotEnded(core, meta, saved: true, now))),
            meta => Inbox.Post(new ReplicaCall<bool>((core, now) => SnapshotEnded(core, meta, saved: false, now))),
            e => Fail("the snapshots on disk", e),
            logger);
        var machine = new CountingMachine(settings.Journal, settings.BallastBytes);
        Core = new ReplicaCore(engine, machine, settings.CompactEvery, _writer, _saver, links);
        MembershipTiming timing = settings.Timing;
        _loop = new CoreLoop(
            Core,
            Inbox,
            timing.HeartbeatInterval / 5,
            timing.StallThreshold,
            stalls,
            gap => Stalled(gap, timing),
            e => Fail("the engine", e));
    }

    /// <summary>Where inputs go.</summary>
    public Inbox Inbox { get; } = new();

    /// <summary>Syncs of the log since the start.</summary>
    public long Syncs => _log.Syncs;

    /// <summary>What runs on the loop; to be looked at through <see cref="LookAsync"/> only.</summary>
    public ReplicaCore Core { get; }

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        _writer.Start();
        _saver.Start();
        _loop.Start();
    }

    /// <summary>Durations of syncs since this was last asked.</summary>
    public LatencyHistogram TakeSyncs()
    {
        lock (_syncGate)
        {
            LatencyHistogram taken = _syncs;
            _syncs = new LatencyHistogram();
            return taken;
        }
    }

    /// <summary>Looks at the core on its own thread.</summary>
    public Task<T> LookAsync<T>(Func<ReplicaCore, MonotonicTime, T> look)
    {
        var call = new ReplicaCall<T>(look);
        Inbox.Post(call);
        return call.Result;
    }

    /// <summary>What the node knows of itself.</summary>
    public Task<NodeStatus> StatusAsync() => LookAsync((core, _) =>
    {
        ReplicatedLogStatus status = core.Log.Status;
        CountingMachine machine = core.Machine;
        return new NodeStatus(
            status.Role.ToString(),
            status.Term.Value,
            status.Leader.Value,
            status.CommitIndex.Value,
            machine.Applied.Value,
            machine.Count,
            machine.Hash,
            _openMs,
            _recovered)
        {
            Leads = status.BarrierCommitted,
            Snapshot = status.SnapshotIndex.Value,
            Voters = Numbers(core.Log.Configuration.Voters),
            Learners = Numbers(core.Log.Configuration.Learners),
            IsChanging = core.Log.Configuration.IsJoint || core.Log.ConfigurationIndex > status.CommitIndex,
        };
    });

    /// <summary>Ends the threads in good order; the process ends after it.</summary>
    public void Stop()
    {
        _loop.Stop(new OperationCanceledException("the node stops"));
        _writer.Stop();
        _saver.Halt();
        _log.Dispose();
        _saver.Join();
    }

    private static uint[] Numbers(IReadOnlyList<NodeId> nodes) => [.. nodes.Select(node => node.Value)];

    private static bool SnapshotEnded(ReplicaCore core, SnapshotMeta meta, bool saved, MonotonicTime now)
    {
        if (saved)
        {
            core.Log.SnapshotSaved(meta, now);
        }
        else
        {
            core.Log.SnapshotNotSaved(meta, now);
        }

        return saved;
    }

    private static RaftOptions OptionsOf(NodeSettings settings) => new()
    {
        Self = settings.Self,
        Voters = settings.Voters,
        TrailingEntries = settings.TrailingEntries,
        HeartbeatInterval = settings.Timing.HeartbeatInterval,
        ElectionTimeoutMin = settings.Timing.ElectionTimeoutMin,
        ElectionTimeoutMax = settings.Timing.ElectionTimeoutMax,
        ClockRateBound = settings.Timing.ClockRateBound,
        CommitNoticeDelay = NodeRuntimeOptions.CommitNoticeDelay,
        Seed = Draw(),
    };


    private static NodeRuntimeOptions LinkOptionsOf(NodeSettings settings) => new()
    {
        ClusterId = "consensus-node",
        Self = settings.Self,
        Nodes = settings.Nodes,
        DataDirectory = settings.Data,
        MemberSocketPath = settings.Control,
    };

    private void Synced(TimeSpan took)
    {
        lock (_syncGate)
        {
            _syncs.Record(took.Ticks * 100);
        }
    }

    private static ulong Draw() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static void Fail(string what, Exception reason)
    {
        Console.Error.WriteLine($"consensus-node ends: {what} failed: {reason}");
        Environment.Exit(FailureExitCode);
    }

    /// <summary>A stall as long as an election: what this node believes of its followers is stale.</summary>
    private void Stalled(TimeSpan gap, MembershipTiming timing)
    {
        if (gap >= timing.ElectionTimeoutMin)
        {
            Core.Log.Abdicate(BootTime.Now);
        }
    }
}
