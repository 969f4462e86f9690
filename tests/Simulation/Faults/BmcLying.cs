using Cluster.Simulation.Power;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A power switch accepts "off" and leaves the machine on for a while.</summary>
internal sealed class BmcLying : MembershipFault
{
    public override string Name => "bmc-lying";

    protected override void Strike(World world, RandomStream random)
    {
        Bmc bmc = random.Pick(random.Pick(world.Machines).Bmcs);
        bmc.Fault = BmcFault.Lying;
        world.After(Within(world, random.LogMs(200, 15_000)), () => bmc.Fault = BmcFault.None);
    }
}
