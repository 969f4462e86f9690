using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Faults;

/// <summary>The clock of a machine changes its rate, within the stated bound.</summary>
internal sealed class ClockRate : Fault
{
    public override string Name => "clock-rate";

    public override void Strike(Site world, RandomStream random)
    {
        Host machine = random.Pick(world.Hosts);
        machine.Clock.ChangeRate(SimClock.DrawRate(random));
        world.Trace.Line(machine.Number, $"clock rate {machine.Clock.Rate:F4}");
    }
}
