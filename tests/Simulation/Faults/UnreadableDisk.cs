using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Reads from the disk of a machine fail now and then, while its daemon is started anew.</summary>
internal sealed class UnreadableDisk : Fault
{
    public override string Name => "unreadable-disk";

    public override double Rarity => 3;

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = Victim.Any(world, random);
        machine.Disk.Folder.ReadErrors = random.Between(0.05, 0.8);
        machine.CrashProcess(random.LogMs(20, 1_000));
        world.After(Within(world, random.LogMs(500, 5_000)), () => machine.Disk.Folder.ReadErrors = 0);
    }
}
