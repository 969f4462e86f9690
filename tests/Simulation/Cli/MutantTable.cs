using System.Diagnostics;
using System.Globalization;

namespace Cluster.Simulation.Cli;

/// <summary>Makes each mistake until it is caught, and tells where and by what. A mistake that survives is a hole in the checkers.</summary>
internal sealed class MutantTable(Arguments arguments, TextWriter output)
{
    public int Run()
    {
        Row("mutant", "promise", "seed", "step", "caught by", "after");
        int survivors = 0;
        foreach (Mutant mutant in Mutant.All)
        {
            long began = Stopwatch.GetTimestamp();
            SeedResult? caught = Hunt(mutant);
            survivors += caught is null ? 1 : 0;
            string after = string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
            Row(mutant.Name, mutant.Promise, caught?.Seed.ToString(CultureInfo.InvariantCulture) ?? "-", caught?.Step.ToString(CultureInfo.InvariantCulture) ?? "-", caught?.Rule ?? "SURVIVED", after);
            output.Flush();
        }

        output.WriteLine($"{Mutant.All.Count} mutants, {Mutant.All.Count - survivors} caught, {survivors} survived");
        return survivors == 0 ? 0 : 1;
    }

    private void Row(string mutant, string promise, string seed, string step, string rule, string after) =>
        output.WriteLine($"{mutant,-34} {promise,-24} {seed,7} {step,8} {rule,-18} {after,8}");

    /// <returns>The first seed that caught it; null when none did.</returns>
    private SeedResult? Hunt(Mutant mutant)
    {
        Lock gate = new();
        SeedResult? caught = null;
        SeedPool pool = new(arguments.Jobs);
        pool.Run(arguments.SeedCount, TimeSpan.MaxValue, number =>
        {
            SeedResult result = SeedRun.Run(mutant.Seed(arguments.From, number), mutant);
            lock (gate)
            {
                if (!result.IsClean && (caught is null || result.Seed < caught.Seed))
                {
                    caught = result;
                    pool.Stop();
                }
            }
        });
        return caught;
    }
}
