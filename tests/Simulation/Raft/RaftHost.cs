using Cluster.Consensus;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;

namespace Cluster.Simulation.Raft;

/// <summary>A host of the consensus world.</summary>
internal sealed class RaftHost : Host
{
    private readonly RaftWorld _world;

    public RaftHost(RaftWorld world, uint number)
        : base(world, number, new SimulatedDisk(world, world.Stream($"disk {number}"), $"n{number}", world.Plan.SegmentBytes, world.Mutant.Disk))
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

    /// <summary>The disk is lost. An empty one takes its place, and the host takes part as somebody new, if at all.</summary>
    public void LoseDisk(NodeId next)
    {
        _world.Trace.Line(Number, $"the disk of {Id} is lost; the host goes on as {next}");
        PowerOff("disk lost");
        Disk.Replace();
        Id = next;
    }

    protected override HostProcess Launch(RecoveredLog log) =>
        new RaftProcess(_world, this, Lives, log, _world.Stream($"process {Number} life {Lives}"));

    // Who counted on its word was on the same host.
    protected override void WentOff() => ConfirmedUntil = MonotonicTime.DistantPast;
}
