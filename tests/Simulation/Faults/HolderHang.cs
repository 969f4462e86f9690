using Cluster.Simulation.Holders;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One lock holder does nothing for a while, perhaps for longer than its group waits for an acknowledgement.</summary>
internal sealed class HolderHang : MembershipFault
{
    public override string Name => "holder-hang";

    protected override void Strike(World world, RandomStream random)
    {
        if (Victim.AnyHolder(world, random) is ToyLockHolder holder)
        {
            holder.Hang(random.LogMs(300, 12_000));
        }
    }
}
