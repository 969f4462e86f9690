using Cluster.Simulation.Worlds;

namespace Cluster.Simulation;

/// <summary>What became of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Rule">The promise that was broken; null when all were kept.</param>
/// <param name="What">How it was broken.</param>
/// <param name="Step">How many things had happened.</param>
/// <param name="SimulatedNanoseconds">How long the world lasted.</param>
/// <param name="Hash">The hash of all that happened.</param>
/// <param name="Events">How many events the cluster decided.</param>
/// <param name="Lines">The end of the trace as text, if it was asked for.</param>
internal sealed record SeedResult(
    ulong Seed,
    string? Rule,
    string What,
    long Step,
    long SimulatedNanoseconds,
    ulong Hash,
    int Events,
    IReadOnlyCollection<string> Lines)
{
    public bool IsClean => Rule is null;

    /// <summary>Lets a world run to its end and tells what became of it.</summary>
    public static SeedResult Of(Timeline world, Action run, Func<int> events)
    {
        string? rule = null;
        string what = "";
        try
        {
            run();
        }
        catch (ViolationException violation)
        {
            (rule, what) = (violation.Rule, violation.What);
        }
        catch (Exception broken)
        {
            // The cores check their own invariants; a broken one, or any other mistake, would have ended a process.
            (rule, what) = ("invariant", $"{broken.Message}\n{broken.StackTrace}");
        }

        return new SeedResult(world.Seed, rule, what, world.Step, world.Now, world.Trace.Hash, events(), world.Trace.Lines);
    }
}
