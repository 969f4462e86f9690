using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A part of all messages is lost for a while.</summary>
internal sealed class MessageLoss : Fault
{
    public override string Name => "message-loss";

    public override void Strike(Site world, RandomStream random)
    {
        world.Network.Loss = random.Between(0.02, 0.5);
        world.After(Within(world, random.LogMs(50, 3_000)), () => world.Network.Loss = 0);
    }
}
