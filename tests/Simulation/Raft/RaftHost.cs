using Cluster.Consensus;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;

namespace Cluster.Simulation.Raft;

/// <summary>A host of the consensus world.</summary>
internal sealed class RaftHost : Host
{
    private readonly RaftWorld _world;

    public RaftHost(RaftWorld world, uint number)
        : base(world, number, new SimulatedDisk(world, world.Stream($"disk {number}"), $"n{number}", world.Plan.SegmentBytes, world.Mutant))
    {
        _world = world;
        Id = new NodeId(number);
        Disk.Garble = world.Plan.Garble;
    }

    /// <summary>As whom its process takes part.</summary>
    public NodeId Id { get; private set; }

    public RaftProcess? Raft => (RaftProcess?)Process;

    /// <summary>Until when, by this host's clock, its processes have told others that nobody else leads.</summary>
    public MonotonicTime ConfirmedUntil { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>The term in which that was told.</summary>
    public Term ConfirmedTerm { get; private set; }

    /// <summary>Remembers what a leader told: others may count on it although the process dies.</summary>
    public void Confirm(in ReplicatedLogStatus status)
    {
        if (status.ConfirmedUntil > ConfirmedUntil)
        {
            ConfirmedUntil = status.ConfirmedUntil;
            ConfirmedTerm = status.Term;
        }
    }

    /// <summary>The timing in force, as it stands on its disk; null for that of the plan.</summary>
    public RaftTiming? Timing { get; private set; }

    /// <summary>The longest patience that one of its processes may have promised.</summary>
    public TimeSpan LongestPatience { get; private set; }

    /// <summary>Changes the timing of this host: on disk first, so that a process that is killed meanwhile leaves its promise behind.</summary>
    public void Retime(RaftTiming timing)
    {
        Timing = timing;
        LongestPatience = timing.ElectionTimeoutMin > LongestPatience ? timing.ElectionTimeoutMin : LongestPatience;
        Raft?.Retime(timing);
    }

    /// <summary>Its disk was lost; it stays off until nobody counts on what was on it.</summary>
    public bool AwaitsRemoval { get; private set; }

    /// <summary>What was on the disk that was lost last.</summary>
    public LogModel? LostLog { get; private set; }

    /// <summary>It has come back with an empty disk.</summary>
    public bool WasReplaced { get; private set; }

    /// <summary>On a host that has come back: in the log before this, its number stands for a voter that is no more.</summary>
    public LogIndex RemovedAt { get; private set; }

    protected override bool MayBoot => !AwaitsRemoval;

    /// <summary>The disk is lost. The host stays off until the node is removed from the configuration.</summary>
    public void LoseDisk()
    {
        _world.Trace.Line(Number, $"the disk is lost");
        PowerOff("disk lost");
        LostLog = Disk.SyncedLog;
        Disk.Replace();
        AwaitsRemoval = true;
    }

    /// <summary>The node has been removed: the host comes back with an empty disk.</summary>
    /// <param name="id">As whom.</param>
    /// <param name="removedAt">A configuration without the node.</param>
    public void ComeBack(NodeId id, LogIndex removedAt)
    {
        RemovedAt = removedAt;
        _world.Trace.Line(Number, $"comes back with an empty disk as {id}");
        Id = id;
        AwaitsRemoval = false;
        WasReplaced = true;
        PowerOn("with a new disk");
    }

    protected override HostProcess Launch(RecoveredLog log) =>
        new RaftProcess(_world, this, Lives, log, _world.Stream($"process {Number} life {Lives}"));

    // Who counted on its word was on the same host.
    protected override void WentOff() => ConfirmedUntil = MonotonicTime.DistantPast;
}
