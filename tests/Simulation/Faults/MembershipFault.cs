using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A fault of what only the membership world has.</summary>
internal abstract class MembershipFault : Fault
{
    /// <summary>Strikes once.</summary>
    protected abstract void Strike(World world, RandomStream random);

    public sealed override void Strike(Site world, RandomStream random) => Strike((World)world, random);
}
