using Cluster.Simulation.Disks;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>The syncs of a machine take long for a while.</summary>
internal sealed class SlowDisk : Fault
{
    public override string Name => "slow-disk";

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = Victim.Any(world, random);
        machine.Disk.SyncMs = (random.Between(1, 50), random.Between(50, 3_000));
        world.Trace.Line(machine.Number, $"slow disk {machine.Disk.SyncMs}");
        world.After(Within(world, random.LogMs(100, 5_000)), () => machine.Disk.SyncMs = SimulatedDisk.Normal);
    }
}
