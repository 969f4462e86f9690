using Cluster.Simulation.Holders;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One lock holder dies on a live node.</summary>
internal sealed class HolderCrash : Fault
{
    public override string Name => "holder-crash";

    public override void Strike(World world, RandomStream random)
    {
        if (Victim.AnyHolder(world, random) is ToyLockHolder holder)
        {
            holder.Exit(Name);
        }
    }
}
