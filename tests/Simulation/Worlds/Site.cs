using Cluster.Simulation.Machines;
using Cluster.Simulation.Network;

namespace Cluster.Simulation.Worlds;

/// <summary>Hosts, the links between them, and a time until which both may fail: what every kind of world has.</summary>
internal abstract class Site : Timeline
{
    protected Site(ulong seed, int lines, int hosts)
        : base(seed, lines)
    {
        Network = new Links(this, hosts);
    }

    public Links Network { get; }

    public abstract IReadOnlyList<Host> Hosts { get; }

    /// <summary>True time at which all faults end.</summary>
    public abstract long FaultsEnd { get; }

    /// <summary>The host of a process that leads, if there is one.</summary>
    public abstract Host? Leader { get; }

    /// <summary>True once the faults have ended and only recovery is left.</summary>
    public bool Healing { get; private set; }

    public Host Host(uint number) => Hosts[(int)number - 1];

    /// <summary>All faults of links, disks and hosts end; hosts that are off are switched on.</summary>
    public virtual void Heal()
    {
        Healing = true;
        Trace.Line(0, $"all faults end");
        Network.Calm();
        foreach (Host host in Hosts)
        {
            host.Disk.Heal();
            host.PowerOn("the faults are over");
        }
    }
}
