using Cluster.Simulation.Faults;
using Cluster.Simulation.Machines;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation;

/// <summary>Runs one seed from an empty cluster through its faults to recovery.</summary>
internal static class SeedRun
{
    /// <param name="seed">Decides everything.</param>
    /// <param name="mutant">A mistake to make, or <see cref="Mutant.None"/>.</param>
    /// <param name="lines">How many lines of the trace to keep as text.</param>
    public static SeedResult Run(ulong seed, Mutant mutant, int lines = 0)
    {
        SeedPlan plan = new(seed);
        World world = new(plan, mutant, lines);
        string? rule = null;
        string what = "";
        try
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
        }
        catch (ViolationException violation)
        {
            (rule, what) = (violation.Rule, violation.What);
        }
        catch (InvalidOperationException broken)
        {
            // The cores check their own invariants; a broken one would have ended the process.
            (rule, what) = ("invariant", $"{broken.Message}\n{broken.StackTrace}");
        }

        return new SeedResult(seed, rule, what, world.Step, world.Now, world.Trace.Hash, world.Checks.EventCount, world.Trace.Lines);
    }
}
