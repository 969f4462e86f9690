using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A part of all messages goes astray for a while: it arrives late, up to seconds, and after others that were sent later.</summary>
internal sealed class MessageReordering : Fault
{
    public override string Name => "message-reordering";

    public override void Strike(Site world, RandomStream random)
    {
        world.Network.Straying = random.Between(0.02, 0.4);
        world.Network.StrayMs = random.Pick<double>([20, 200, 2_000, 8_000]);
        world.After(Within(world, random.LogMs(50, 3_000)), () => world.Network.Straying = 0);
    }
}
