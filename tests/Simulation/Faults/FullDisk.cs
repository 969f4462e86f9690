using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>The disk of a machine is full, or nearly, until somebody makes space.</summary>
internal sealed class FullDisk : Fault
{
    public override string Name => "full-disk";

    public override double Rarity => 2;

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = Victim.Any(world, random);
        SimulatedFolder folder = machine.Disk.Folder;
        folder.FreeBytes = random.Chance(0.5) ? random.Below(20_000) : 0;
        folder.IsFullForOverwriting = random.Chance(0.3);
        world.Trace.Line(machine.Number, $"disk full: {folder.FreeBytes} bytes left");
        world.After(Within(world, random.LogMs(200, 8_000)), () =>
        {
            world.Trace.Line(machine.Number, $"space was made");
            folder.FreeBytes = null;
            folder.IsFullForOverwriting = false;
        });
    }
}
