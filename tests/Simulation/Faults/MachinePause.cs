using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A machine is stopped as a whole for a while, as a hypervisor does; its clock goes on.</summary>
internal sealed class MachinePause : Fault
{
    public override string Name => "machine-pause";

    public override void Strike(Site world, RandomStream random)
    {
        Victim.Any(world, random).Pause(Within(world, random.LogMs(20, 8_000)));
    }
}
