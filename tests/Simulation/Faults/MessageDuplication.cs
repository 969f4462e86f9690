using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A part of all messages arrives twice for a while.</summary>
internal sealed class MessageDuplication : Fault
{
    public override string Name => "message-duplication";

    public override void Strike(Site world, RandomStream random)
    {
        world.Network.Duplication = random.Between(0.05, 0.5);
        world.After(Within(world, random.LogMs(50, 3_000)), () => world.Network.Duplication = 0);
    }
}
