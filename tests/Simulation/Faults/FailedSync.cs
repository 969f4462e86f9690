using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A sync fails, and a part of what it was to write is only in memory from then on; perhaps the machine loses power a little later.</summary>
internal sealed class FailedSync : Fault
{
    public override string Name => "failed-sync";

    public override double Rarity => 1.5;

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = Victim.Any(world, random);
        machine.Disk.Folder.FailsNextSync = true;
        if (random.Chance(0.5))
        {
            world.After(random.LogMs(50, 2_000), () => machine.PowerOff(Name));
            world.After(SimTime.Seconds(2) + random.LogMs(20, 4_000), () => machine.PowerOn("by itself"));
        }
    }
}
