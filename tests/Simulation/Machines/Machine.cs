using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Holders;
using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>
/// One machine: power, clock, disk, and the processes that run on it. Losing power ends all its processes at once; a dead daemon leaves
/// the lock holders alive.
/// </summary>
internal sealed class Machine
{
    private readonly World _world;
    private readonly RandomStream _random;
    private readonly List<ToyLockHolder> _processes = [];
    private int _lives;
    private int _processIds = 100;
    private int _pauses;
    private bool _stopping;

    public Machine(World world, uint number)
    {
        _world = world;
        _random = world.Stream($"machine {number}");
        Number = number;
        Id = new NodeId(number);
        Name = $"n{number}";
        Clock = new SimClock(world);
        Clock.ChangeRate(SimClock.DrawRate(_random));
        Disk = new SimulatedDisk(world, world.Stream($"disk {number}"), Name, world.Plan.SegmentBytes, world.Mutant.Disk) { Garble = world.Plan.Garble };
        Bmcs = [.. Enumerable.Range(1, world.Plan.FencingLevels).Select(level => new Bmc(level))];
    }

    public uint Number { get; }

    public NodeId Id { get; }

    public string Name { get; }

    public SimClock Clock { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>The power switches, one a fencing level.</summary>
    public IReadOnlyList<Bmc> Bmcs { get; }

    /// <summary>What a power switch reads back.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Counts the boots; 0 before the first.</summary>
    public int Boot { get; private set; }

    public string BootId => $"{Name}-boot-{Boot}";

    public long OffSince { get; private set; }

    /// <summary>The present life of clusterd, if one runs.</summary>
    public Daemon? Daemon { get; private set; }

    /// <summary>All processes run, or none does (a hypervisor stopped it).</summary>
    public bool Paused => _pauses > 0;

    /// <summary>The newest moments at which something on this machine was held up: a pause of it or of its daemon.</summary>
    public long HeldUpUntil { get; private set; } = long.MinValue / 2;

    /// <summary>The lock holders that run now.</summary>
    public IReadOnlyList<ToyLockHolder> Holders => _processes;

    public void PowerOn(string why)
    {
        if (IsOn)
        {
            return;
        }

        IsOn = true;
        Boot++;
        int boot = Boot;
        _world.Trace.Line(Number, $"power on: {why}");
        Clock.Restart(_random.LogMs(1, 10_000_000));
        _world.After(_random.LogMs(50, 1_500), () =>
        {
            if (IsOn && boot == Boot)
            {
                StartDaemon();
                foreach (string group in _world.Plan.Groups)
                {
                    StartHolderLater(group);
                }
            }
        });
    }

    public void PowerOff(string why)
    {
        if (!IsOn)
        {
            return;
        }

        _world.Trace.Line(Number, $"power off: {why}");
        IsOn = false;
        _stopping = false;
        OffSince = _world.Now;
        HeldUpUntil = Math.Max(HeldUpUntil, _world.Now);
        Daemon?.Kill();
        Daemon = null;
        Disk.PowerCut();
        foreach (ToyLockHolder holder in _processes.ToArray())
        {
            holder.Die("power off");
        }

        _processes.Clear();
    }

    /// <summary>Nothing on this machine runs for a while; its clock goes on, messages queue up.</summary>
    public void Pause(long span)
    {
        if (!IsOn)
        {
            return;
        }

        int boot = Boot;
        _world.Trace.Line(Number, $"paused for {SimTime.Text(span)}");
        _pauses++;
        HeldUpUntil = Math.Max(HeldUpUntil, _world.Now + span);
        _world.After(span, () =>
        {
            _pauses--;
            if (!Paused && boot == Boot)
            {
                _world.Trace.Line(Number, $"goes on");
                Daemon?.Flood();
            }
        });
    }

    /// <summary>Only clusterd is stopped for a while (SIGSTOP); the lock holders go on.</summary>
    public void PauseDaemon(long span)
    {
        if (Daemon is not Daemon daemon || daemon.Paused)
        {
            return;
        }

        _world.Trace.Line(Number, $"clusterd paused for {SimTime.Text(span)}");
        HeldUpUntil = Math.Max(HeldUpUntil, _world.Now + span);
        daemon.Pause();
        _world.After(span, () =>
        {
            _world.Trace.Line(Number, $"clusterd goes on");
            daemon.Continue();
        });
    }

    /// <summary>Only clusterd dies; its supervisor starts it again after a while.</summary>
    public void CrashDaemon(long restartAfter, bool inOrder = false)
    {
        if (Daemon is not Daemon daemon)
        {
            return;
        }

        _world.Trace.Line(Number, $"clusterd dies, restarts in {SimTime.Text(restartAfter)}");
        daemon.Kill();
        Daemon = null;
        if (inOrder)
        {
            Disk.Close();
        }
        else
        {
            Disk.Kill();
        }

        int boot = Boot;
        _world.After(restartAfter, () =>
        {
            if (IsOn && boot == Boot)
            {
                StartDaemon();
            }
        });
    }

    /// <summary>The log could not be written: clusterd stops, and its supervisor starts it again.</summary>
    public void LogFailed(string why)
    {
        _world.Trace.Line(Number, $"{why}");
        CrashDaemon(_random.LogMs(50, 2_000));
    }

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

        _world.After(_random.LogMs(20, 1_000), () => daemon.Submit(
            new Command { NodeLeave = new NodeLeave { Node = Number, Incarnation = daemon.Core.Incarnation.Value } },
            outcome => _world.Trace.Line(Number, $"leaving the cluster: {outcome.Code} {outcome.Detail}")));
        _world.After(SimTime.Ms(1_500), () =>
        {
            if (daemon.Alive)
            {
                CrashDaemon(restartAfter, inOrder: true);
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
        _world.After(_random.LogMs(20, 800), () =>
        {
            if (IsOn && boot == Boot && !_stopping && !_processes.Any(process => process.Group == group))
            {
                _processes.Add(new ToyLockHolder(_world, this, group, ++_processIds, _random.Next()));
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

    private void StartDaemon()
    {
        if (Daemon is not null)
        {
            return;
        }

        if (!Disk.TryOpen(out RecoveredLog? log, out string why))
        {
            CannotStart(why);
            return;
        }

        _lives++;
        Daemon = new Daemon(_world, this, _lives, _random.Next(), log, _world.Stream($"daemon {Number} life {_lives}"));
        _world.Trace.Line(Number, $"clusterd starts, life {_lives}, boot {Boot}, {Disk.SyncedEntries.Count} entries");

        // A client that finds another life of the daemon behind the socket must end its stays.
        foreach (ToyLockHolder holder in _processes)
        {
            holder.DaemonRestarted(_lives);
        }
    }

    /// <summary>Its supervisor tries again; of a damaged disk an operator takes care, with an exact copy.</summary>
    private void CannotStart(string why)
    {
        _world.Trace.Line(Number, $"clusterd can't start: {why}");
        int boot = Boot;
        bool damaged = Disk.Folder.IsDamaged;
        _world.After(damaged ? _random.LogMs(500, 4_000) : _random.LogMs(100, 1_000), () =>
        {
            if (damaged)
            {
                Disk.Folder.Repair();
            }

            if (IsOn && boot == Boot)
            {
                StartDaemon();
            }
        });
    }
}
