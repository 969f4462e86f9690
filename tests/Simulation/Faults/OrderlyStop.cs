using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A machine is shut down in order: its lock holders leave, then the node, then the daemon ends; later all start again.</summary>
internal sealed class OrderlyStop : MembershipFault
{
    public override string Name => "orderly-stop";

    public override double Rarity => 3;
    protected override void Strike(World world, RandomStream random)
    {
        Victim.Any(world, random).StopInOrder(random.LogMs(100, 4_000));
    }
}
