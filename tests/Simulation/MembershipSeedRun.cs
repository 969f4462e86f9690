using Cluster.Simulation.Faults;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation;

/// <summary>Runs one seed of the membership world from an empty cluster through its faults to recovery.</summary>
internal static class MembershipSeedRun
{
    /// <param name="seed">Decides everything.</param>
    /// <param name="mutant">A mistake to make, or <see cref="Mutant.None"/>.</param>
    /// <param name="lines">How many lines of the trace to keep as text.</param>
    public static SeedResult Run(ulong seed, Mutant mutant, int lines = 0)
    {
        SeedPlan plan = new(seed);
        World world = new(plan, mutant, lines);
        return SeedResult.Of(world, () =>
        {
            world.Trace.Line(0, $"{plan}");
            RandomStream start = world.Stream("start");
            foreach (Machine machine in world.Machines)
            {
                world.After(start.LogMs(1, 600), () => machine.PowerOn("the first time"));
            }

            new FaultSchedule(world).Start(plan.Class switch
            {
                SeedClass.Quiet => [],
                SeedClass.Stalls => [new OneStall()],
                SeedClass.Links => [new OneLinkCut()],
                _ => FaultSchedule.Membership,
            });
            new Chatter(world).Start();
            world.RunUntil(plan.FaultsEnd);
            new Recovery(world).Run();
        }, () => world.Checks.EventCount);
    }
}
