using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>All machines lose power at one moment and come back each in its own time.</summary>
internal sealed class WholeClusterCrash : Fault
{
    public override string Name => "whole-cluster-crash";

    public override double Rarity => 6;
    public override void Strike(World world, RandomStream random)
    {
        foreach (Machine machine in world.Machines)
        {
            machine.PowerOff(Name);
            world.After(random.LogMs(20, 4_000), () => machine.PowerOn("power is back"));
        }
    }
}
