using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// A host of the membership world: beside the daemon run lock holders. Losing power ends all its processes at once; a dead daemon leaves the lock
/// holders alive.
/// </summary>
internal sealed class Machine : Host
{
    private readonly World _world;
    private readonly List<ToyLockHolder> _processes = [];
    private int _processIds = 100;
    private bool _stopping;

    public Machine(World world, uint number)
        : base(world, number, new SimulatedDisk(world, world.Stream($"disk {number}"), $"n{number}", world.Plan.SegmentBytes, world.Mutant))
    {
        _world = world;
        Id = new NodeId(number);
        Disk.Garble = world.Plan.Garble;
        Bmcs = [.. Enumerable.Range(1, world.Plan.FencingLevels).Select(level => new Bmc(level))];
    }

    public NodeId Id { get; }

    /// <summary>What the file beside the log holds; null before the first start.</summary>
    public StoredTiming? Timing { get; set; }

    /// <summary>The power switches, one a fencing level.</summary>
    public IReadOnlyList<Bmc> Bmcs { get; }

    public string BootId => $"{Name}-boot-{Boot}";

    /// <summary>The present life of clusterd, if one runs.</summary>
    public Daemon? Daemon => (Daemon?)Process;

    /// <summary>The lock holders that run now.</summary>
    public IReadOnlyList<ToyLockHolder> Holders => _processes;

    /// <summary>
    /// An orderly stop: the lock holders leave, then the node leaves, then the daemon ends; everything starts again after a while. When the cluster refuses,
    /// the daemon stops all the same, as a service that is stopped does.
    /// </summary>
    public void StopInOrder(long restartAfter)
    {
        if (Daemon is not Daemon daemon || daemon.Paused || _stopping || daemon.Core.Incarnation == Incarnation.None)
        {
            return;
        }

        _world.Trace.Line(Number, $"stops in order");
        _stopping = true;
        int boot = Boot;
        foreach (ToyLockHolder holder in _processes.ToArray())
        {
            holder.Leave();
        }

        _world.After(Random.LogMs(20, 1_000), () => daemon.Submit(
            new Command { NodeLeave = new NodeLeave { Node = Number, Incarnation = daemon.Core.Incarnation.Value } },
            outcome => _world.Trace.Line(Number, $"leaving the cluster: {outcome.Code} {outcome.Detail}")));
        _world.After(SimTime.Ms(1_500), () =>
        {
            if (daemon.Alive)
            {
                CrashProcess(restartAfter, inOrder: true);
            }
        });
        _world.After(SimTime.Ms(1_500) + restartAfter, () =>
        {
            if (IsOn && boot == Boot)
            {
                _stopping = false;
                foreach (string group in _world.Plan.Groups.Where(group => !_processes.Any(process => process.Group == group)))
                {
                    StartHolderLater(group);
                }
            }
        });
    }

    /// <summary>A process that ended is replaced by its supervisor, unless the machine is being stopped.</summary>
    public void StartHolderLater(string group)
    {
        if (_stopping)
        {
            return;
        }

        int boot = Boot;
        _world.After(Random.LogMs(20, 800), () =>
        {
            if (IsOn && boot == Boot && !_stopping && !_processes.Any(process => process.Group == group))
            {
                _processes.Add(new ToyLockHolder(_world, this, group, ++_processIds, Random.Next()));
            }
        });
    }

    public void Forget(ToyLockHolder holder) => _processes.Remove(holder);

    /// <summary>Whether a process of this machine runs; a number is never used twice.</summary>
    public bool IsProcessAlive(int processId, ulong processStart)
    {
        foreach (ToyLockHolder holder in _processes)
        {
            if (holder.ProcessId == processId && holder.ProcessStart == processStart)
            {
                return holder.Alive;
            }
        }

        return false;
    }

    protected override HostProcess Launch(RecoveredLog log)
    {
        Daemon daemon = new(_world, this, Lives, Random.Next(), log, _world.Stream($"daemon {Number} life {Lives}"));

        // A client that finds another life of the daemon behind the socket must end its stays.
        foreach (ToyLockHolder holder in _processes)
        {
            holder.DaemonRestarted(Lives);
        }

        return daemon;
    }

    protected override void Booted()
    {
        foreach (string group in _world.Plan.Groups)
        {
            StartHolderLater(group);
        }
    }

    protected override void WentOff()
    {
        _stopping = false;
        foreach (ToyLockHolder holder in _processes.ToArray())
        {
            holder.Die("power off");
        }

        _processes.Clear();
    }
}
