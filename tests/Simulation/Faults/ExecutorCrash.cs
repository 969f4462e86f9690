using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>A machine on which a fence agent is at work loses power.</summary>
internal sealed class ExecutorCrash : MembershipFault
{
    public override string Name => "executor-crash";

    public override double Rarity => 0.5;
    protected override void Strike(World world, RandomStream random)
    {
        if (world.Power.Executors.FirstOrDefault() is Machine machine)
        {
            machine.PowerOff(Name);
            world.After(random.LogMs(20, 8_000), () => machine.PowerOn("by itself"));
        }
    }
}
