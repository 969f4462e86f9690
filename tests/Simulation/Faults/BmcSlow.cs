using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A power switch takes seconds for a while.</summary>
internal sealed class BmcSlow : MembershipFault
{
    public override string Name => "bmc-slow";

    protected override void Strike(World world, RandomStream random)
    {
        Bmc bmc = random.Pick(random.Pick(world.Machines).Bmcs);
        bmc.Fault = BmcFault.Slow;
        world.After(Within(world, random.LogMs(200, 15_000)), () => bmc.Fault = BmcFault.None);
    }
}
