using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Only clusterd dies; the lock holders live on, and a new clusterd starts after a while.</summary>
internal sealed class DaemonCrash : Fault
{
    public override string Name => "daemon-crash";

    public override double Rarity => 1.5;
    public override void Strike(Site world, RandomStream random)
    {
        Victim.Any(world, random).CrashProcess(Within(world, random.LogMs(20, 5_000)));
    }
}
