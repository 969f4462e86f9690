using Cluster.Simulation.Holders;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One lock holder dies on a live node.</summary>
internal sealed class HolderCrash : MembershipFault
{
    public override string Name => "holder-crash";

    protected override void Strike(World world, RandomStream random)
    {
        if (Victim.AnyHolder(world, random) is ToyLockHolder holder)
        {
            holder.Exit(Name);
        }
    }
}
