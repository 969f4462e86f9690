using Cluster.Simulation.Holders;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One lock holder leaves its group by its own wish.</summary>
internal sealed class HolderLeave : MembershipFault
{
    public override string Name => "holder-leave";

    protected override void Strike(World world, RandomStream random)
    {
        if (Victim.AnyHolder(world, random) is ToyLockHolder holder)
        {
            holder.Leave();
        }
    }
}
