using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>Every message takes longer for a while.</summary>
internal sealed class MessageDelay : Fault
{
    public override string Name => "message-delay";

    public override void Strike(Site world, RandomStream random)
    {
        world.Network.ExtraMs = random.Between(1, 150);
        world.After(Within(world, random.LogMs(50, 3_000)), () => world.Network.ExtraMs = 0);
    }
}
