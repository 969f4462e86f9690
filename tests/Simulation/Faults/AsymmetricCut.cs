using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>What some machines send does not reach the others for a while; the other direction works.</summary>
internal sealed class AsymmetricCut : Fault
{
    public override string Name => "asymmetric-cut";

    public override void Strike(Site world, RandomStream random)
    {
        CutSet cut = CutSet.Between(world, random);
        world.Trace.Line(0, $"cut one way {cut}");
        cut.Apply(world.Network, both: false);
        world.After(Within(world, random.LogMs(50, 6_000)), () =>
        {
            world.Trace.Line(0, $"mended one way {cut}");
            cut.Undo(world.Network, both: false);
        });
    }
}
