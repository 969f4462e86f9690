using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A power switch does not answer for a while.</summary>
internal sealed class BmcUnreachable : MembershipFault
{
    public override string Name => "bmc-unreachable";

    protected override void Strike(World world, RandomStream random)
    {
        Bmc bmc = random.Pick(random.Pick(world.Machines).Bmcs);
        bmc.Fault = BmcFault.Unreachable;
        world.After(Within(world, random.LogMs(200, 15_000)), () => bmc.Fault = BmcFault.None);
    }
}
