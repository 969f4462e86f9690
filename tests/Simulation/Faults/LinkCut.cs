using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>One link fails in both directions for a while: the two machines reach each other only by way of others.</summary>
internal sealed class LinkCut : Fault
{
    public override string Name => "link-cut";

    public override void Strike(Site world, RandomStream random)
    {
        uint first = (uint)random.Below(world.Hosts.Count) + 1;
        uint second = (uint)((first + (uint)random.Below(world.Hosts.Count - 1)) % (uint)world.Hosts.Count) + 1;
        CutSet cut = new([first], [second]);
        world.Trace.Line(0, $"cut link {cut}");
        cut.Apply(world.Network, both: true);
        world.After(Within(world, random.LogMs(50, 6_000)), () => cut.Undo(world.Network, both: true));
    }
}
