using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Some machines can't reach the others, nor be reached, for a while.</summary>
internal sealed class SymmetricCut : Fault
{
    public override string Name => "symmetric-cut";

    public override void Strike(Site world, RandomStream random)
    {
        CutSet cut = CutSet.Between(world, random);
        world.Trace.Line(0, $"cut {cut}");
        cut.Apply(world.Network, both: true);
        world.After(Within(world, random.LogMs(50, 6_000)), () =>
        {
            world.Trace.Line(0, $"mended {cut}");
            cut.Undo(world.Network, both: true);
        });
    }
}
