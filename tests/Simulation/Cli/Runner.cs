using System.Diagnostics;
using System.Globalization;

namespace Cluster.Simulation.Cli;

/// <summary>Runs many seeds and tells what became of them.</summary>
internal sealed class Runner(Arguments arguments, TextWriter output)
{
    /// <summary>How much of the trace is shown with a violation.</summary>
    public const int TailLines = 80;

    private readonly SeedPool _pool = new(arguments.Jobs);
    private readonly List<SeedResult> _violations = [];
    private readonly Lock _print = new();

    public int Run()
    {
        Stopwatch clock = Stopwatch.StartNew();
        ulong first = arguments.Minutes is not null && arguments.First is null
            ? (ulong)Random.Shared.NextInt64(1, 1_000_000_000_000)
            : arguments.From;
        if (arguments.Minutes is double minutes)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seeds from {first} on for {minutes} minutes, commit {Commit.Name}"));
        }

        TimeSpan limit = arguments.Minutes is double some ? TimeSpan.FromMinutes(some) : TimeSpan.MaxValue;
        _pool.Run(arguments.SeedCount, limit, number => RunSeed(SeedOf(first, number), number));

        bool mutated = arguments.Mutant != Mutant.None;
        _violations.Sort(static (a, b) => a.Seed.CompareTo(b.Seed));
        if (mutated)
        {
            output.WriteLine(_violations.Count > 0
                ? $"mutant {arguments.Mutant.Name} is caught at seed {_violations[0].Seed} by {_violations[0].Rule}: {_violations[0].What}"
                : $"mutant {arguments.Mutant.Name} is NOT caught in {_pool.Done} seeds");
        }

        output.WriteLine(Summary(_pool, _violations.Count, clock.Elapsed));
        return (_violations.Count > 0) == mutated ? 0 : 1;
    }

    /// <summary>How many seeds, what was found, and how fast.</summary>
    public static string Summary(SeedPool pool, int violations, TimeSpan elapsed)
    {
        double seconds = Math.Max(elapsed.TotalSeconds, 1e-6);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{pool.Done} seeds, {violations} violations, {pool.Simulated / 1e9 / seconds:F0} simulated seconds per second, {pool.Done / seconds:F1} seeds per second");
    }

    // One seed that was asked for is run as it is.
    private ulong SeedOf(ulong first, int number) => arguments.SeedCount == 1 ? first : arguments.Mutant.Seed(first, number);

    private void RunSeed(ulong seed, int number)
    {
        bool twice = arguments.DeterminismEvery > 0 && number % arguments.DeterminismEvery == 0;
        SeedResult result = _pool.RunSeed(seed, arguments.Mutant, twice, arguments.Trace ? int.MaxValue : 0);
        lock (_print)
        {
            if (arguments.Trace)
            {
                Print(result.Lines);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: hash {result.Hash:x16}, {result.Step} steps, {result.Events} events"));
            }

            if (!result.IsClean)
            {
                _violations.Add(result);
                if (arguments.Mutant != Mutant.None)
                {
                    _pool.Stop();
                }

                Tell(result);
            }
        }
    }

    /// <summary>Prints a violation: the end of the trace, what was broken, and the line that repeats it.</summary>
    internal void Tell(SeedResult result)
    {
        if (arguments.Mutant != Mutant.None)
        {
            return;
        }

        if (!arguments.Trace)
        {
            Print([.. result.Lines.TakeLast(TailLines)]);
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"VIOLATION seed {result.Seed} rule {result.Rule} step {result.Step} at {result.SimulatedNanoseconds / 1e9:F6} s: {result.What}"));
        output.WriteLine($"  commit {Commit.Name}; again: ./cluster sim --seed {result.Seed} --trace");
        output.Flush();
    }

    private void Print(IReadOnlyCollection<string> lines)
    {
        foreach (string line in lines)
        {
            output.WriteLine(line);
        }
    }
}
