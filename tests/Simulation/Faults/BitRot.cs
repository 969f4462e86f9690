using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>
/// A few bits on the disk of a machine flip. It shows when the file is read again; then the log must refuse to start or be unaffected, until an
/// operator puts an exact copy in place.
/// </summary>
internal sealed class BitRot : Fault
{
    public override string Name => "bit-rot";

    public override double Rarity => 2;

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = random.Pick(world.Hosts);
        SimulatedFile[] files = [.. machine.Disk.Folder.Files.Where(file => file.DiskLength > 0)];
        if (files.Length == 0)
        {
            return;
        }

        SimulatedFile file = random.Pick(files);
        int flips = 1 + random.Below(3);
        for (int i = 0; i < flips; i++)
        {
            file.Flip(random.Below(file.DiskLength), random);
        }

        world.Trace.Line(machine.Number, $"bit rot: {flips} bits");
        if (random.Chance(0.6))
        {
            machine.PowerOff(Name);
            world.After(random.LogMs(20, 2_000), () => machine.PowerOn("by itself"));
        }
    }
}
