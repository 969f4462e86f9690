using Cluster.Consensus;
using Cluster.Simulation.Disks;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Machines;

/// <summary>One machine: power, clock, disk, and the one process whose log is on that disk.</summary>
internal abstract class Host
{
    private int _pauses;

    protected Host(Site site, uint number, SimulatedDisk disk)
    {
        Site = site;
        Random = site.Stream($"machine {number}");
        Number = number;
        Name = $"n{number}";
        Clock = new SimClock(site);
        Clock.ChangeRate(SimClock.DrawRate(Random));
        Disk = disk;
    }

    public uint Number { get; }

    public string Name { get; }

    public SimClock Clock { get; }

    public SimulatedDisk Disk { get; }

    /// <summary>What a power switch reads back.</summary>
    public bool IsOn { get; private set; }

    /// <summary>Counts the boots; 0 before the first.</summary>
    public int Boot { get; private set; }

    public long OffSince { get; private set; }

    /// <summary>The present life of the process, if one runs.</summary>
    public HostProcess? Process { get; private set; }

    /// <summary>How many lives the process has had.</summary>
    public int Lives { get; private set; }

    /// <summary>Nothing on this host runs (a hypervisor stopped it).</summary>
    public bool Paused => _pauses > 0;

    /// <summary>The newest moments at which something on this host was held up: a pause of it or of its process.</summary>
    public long HeldUpUntil { get; private set; } = long.MinValue / 2;

    /// <summary>False while an operator keeps it off.</summary>
    protected virtual bool MayBoot => true;

    protected Site Site { get; }

    protected RandomStream Random { get; }

    public void PowerOn(string why)
    {
        if (IsOn || !MayBoot)
        {
            return;
        }

        IsOn = true;
        Boot++;
        int boot = Boot;
        Site.Trace.Line(Number, $"power on: {why}");
        Clock.Restart(Random.LogMs(1, 10_000_000));
        Site.After(Random.LogMs(50, 1_500), () =>
        {
            if (IsOn && boot == Boot)
            {
                StartProcess();
                Booted();
            }
        });
    }

    public void PowerOff(string why)
    {
        if (!IsOn)
        {
            return;
        }

        Site.Trace.Line(Number, $"power off: {why}");
        IsOn = false;
        OffSince = Site.Now;
        HeldUpUntil = Math.Max(HeldUpUntil, Site.Now);
        Process?.Kill();
        Process = null;
        Disk.PowerCut();
        WentOff();
    }

    /// <summary>Nothing on this host runs for a while; its clock goes on, messages queue up.</summary>
    public void Pause(long span)
    {
        if (!IsOn)
        {
            return;
        }

        int boot = Boot;
        Site.Trace.Line(Number, $"paused for {SimTime.Text(span)}");
        _pauses++;
        HeldUpUntil = Math.Max(HeldUpUntil, Site.Now + span);
        Site.After(span, () =>
        {
            _pauses--;
            if (!Paused && boot == Boot)
            {
                Site.Trace.Line(Number, $"goes on");
                Process?.Flood();
            }
        });
    }

    /// <summary>Only the process is stopped for a while (SIGSTOP).</summary>
    public void PauseProcess(long span)
    {
        if (Process is not HostProcess process || process.Paused)
        {
            return;
        }

        Site.Trace.Line(Number, $"clusterd paused for {SimTime.Text(span)}");
        HeldUpUntil = Math.Max(HeldUpUntil, Site.Now + span);
        process.Pause();
        Site.After(span, () =>
        {
            Site.Trace.Line(Number, $"clusterd goes on");
            process.Continue();
        });
    }

    /// <summary>Only the process dies; its supervisor starts it again after a while.</summary>
    public void CrashProcess(long restartAfter, bool inOrder = false)
    {
        if (Process is not HostProcess process)
        {
            return;
        }

        Site.Trace.Line(Number, $"clusterd {(inOrder ? "stops" : "dies")}, restarts in {SimTime.Text(restartAfter)}");
        process.Kill();
        Process = null;
        if (inOrder)
        {
            Disk.Close();
        }
        else
        {
            Disk.Kill();
        }

        int boot = Boot;
        Site.After(restartAfter, () =>
        {
            if (IsOn && boot == Boot)
            {
                StartProcess();
            }
        });
    }

    /// <summary>Its supervisor starts a dead process now.</summary>
    public void Revive()
    {
        if (IsOn)
        {
            StartProcess();
        }
    }

    /// <summary>The log could not be written: the process stops, and its supervisor starts it again.</summary>
    public void LogFailed(string why)
    {
        Site.Trace.Line(Number, $"{why}");
        CrashProcess(Random.LogMs(50, 2_000));
    }

    protected void StartProcess()
    {
        if (Process is not null)
        {
            return;
        }

        if (!Disk.TryOpen(out RecoveredLog? log, out string why))
        {
            CannotStart(why);
            return;
        }

        Lives++;
        Disk.Failed = LogFailed;
        Site.Trace.Line(Number, $"clusterd starts, life {Lives}, boot {Boot}, {log.Entries.Count} entries");
        Process = Launch(log);
    }

    /// <summary>Starts a life of the process with what its log says.</summary>
    protected abstract HostProcess Launch(RecoveredLog log);

    /// <summary>The host has booted; its process has been started, or tried.</summary>
    protected virtual void Booted()
    {
    }

    /// <summary>The host has lost power.</summary>
    protected virtual void WentOff()
    {
    }

    /// <summary>What an operator does about a damaged disk: an exact copy takes its place.</summary>
    protected virtual void RepairDisk() => Disk.Folder.Repair();

    /// <summary>Its supervisor tries again; of a damaged disk an operator takes care.</summary>
    private void CannotStart(string why)
    {
        Site.Trace.Line(Number, $"clusterd can't start: {why}");
        int boot = Boot;
        bool damaged = Disk.Folder.IsDamaged;
        Site.After(damaged ? Random.LogMs(500, 4_000) : Random.LogMs(100, 1_000), () =>
        {
            if (damaged && Process is null)
            {
                RepairDisk();
            }

            if (IsOn && boot == Boot)
            {
                StartProcess();
            }
        });
    }
}
