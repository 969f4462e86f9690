using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Whom a fault strikes: often the leader, where it hurts most.</summary>
internal static class Victim
{
    public static Machine Any(World world, RandomStream random)
    {
        bool leader = random.Chance(0.35);
        Machine chosen = random.Pick(world.Machines);
        return (leader ? Leader(world) : null) ?? chosen;
    }

    public static ToyLockHolder? AnyHolder(World world, RandomStream random)
    {
        Machine machine = random.Pick(world.Machines);
        return machine.Holders.Count == 0 ? null : random.Pick(machine.Holders);
    }

    public static Machine? Leader(World world) =>
        world.Machines.FirstOrDefault(machine => machine.Daemon is Daemon daemon && daemon.Core.Log.Status.IsLeader);
}
