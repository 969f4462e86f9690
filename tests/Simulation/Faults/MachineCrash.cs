using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A machine loses power, and with it all that was not synced; perhaps somebody switches it on again, perhaps only the cluster does.</summary>
internal sealed class MachineCrash : Fault
{
    public override string Name => "machine-crash";

    public override double Rarity => 1.5;
    public override void Strike(Site world, RandomStream random)
    {
        Host machine = Victim.Any(world, random);
        machine.PowerOff(Name);
        if (random.Chance(0.6))
        {
            world.After(random.LogMs(20, 8_000), () => machine.PowerOn("by itself"));
        }
    }
}
