using Cluster.Simulation.Holders;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Whom a fault strikes: often the leader, where it hurts most.</summary>
internal static class Victim
{
    public static Host Any(Site world, RandomStream random)
    {
        bool leader = random.Chance(0.35);
        Host chosen = random.Pick(world.Hosts);
        return (leader ? world.Leader : null) ?? chosen;
    }

    public static Machine Any(World world, RandomStream random) => (Machine)Any((Site)world, random);

    public static ToyLockHolder? AnyHolder(World world, RandomStream random)
    {
        Machine machine = random.Pick(world.Machines);
        return machine.Holders.Count == 0 ? null : random.Pick(machine.Holders);
    }

    public static Machine? Leader(World world) =>
        world.Machines.FirstOrDefault(machine => machine.Daemon is Daemon daemon && daemon.Core.Log.Status.IsLeader);
}
