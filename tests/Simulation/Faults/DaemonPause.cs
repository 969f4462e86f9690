using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Only clusterd is stopped for a while (SIGSTOP, a long collection of garbage); the lock holders go on.</summary>
internal sealed class DaemonPause : Fault
{
    public override string Name => "daemon-pause";

    public override void Strike(Site world, RandomStream random)
    {
        Victim.Any(world, random).PauseProcess(Within(world, random.LogMs(20, 5_000)));
    }
}
