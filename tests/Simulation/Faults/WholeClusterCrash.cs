using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>All machines lose power at one moment and come back each in its own time.</summary>
internal sealed class WholeClusterCrash : Fault
{
    public override string Name => "whole-cluster-crash";

    public override double Rarity => 6;
    public override void Strike(Site world, RandomStream random)
    {
        foreach (Host machine in world.Hosts)
        {
            machine.PowerOff(Name);
            world.After(random.LogMs(20, 4_000), () => machine.PowerOn("power is back"));
        }
    }
}
