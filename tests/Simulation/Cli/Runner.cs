using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Cluster.Simulation.Cli;

/// <summary>Runs many seeds, each in a world of its own, on all processors, and tells what became of them.</summary>
internal sealed class Runner(Arguments arguments, TextWriter output)
{
    private const int TailLines = 80;
    private readonly ConcurrentQueue<SeedResult> _violations = new();
    private readonly Lock _print = new();
    private long _simulated;
    private int _done;
    private int _next;
    private volatile bool _stop;

    public int Run()
    {
        Stopwatch clock = Stopwatch.StartNew();
        Thread[] workers = new Thread[Math.Min(arguments.Jobs, arguments.SeedCount)];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work, 16 * 1024 * 1024);
            workers[i].Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        SeedResult[] violations = [.. _violations.OrderBy(violation => violation.Seed)];
        bool mutated = arguments.Mutant != Mutant.None;
        if (mutated)
        {
            output.WriteLine(violations.Length > 0
                ? $"mutant {arguments.Mutant.Name} is caught at seed {violations[0].Seed} by {violations[0].Rule}: {violations[0].What}"
                : $"mutant {arguments.Mutant.Name} is NOT caught in {_done} seeds");
        }

        double rate = _simulated / 1e9 / Math.Max(clock.Elapsed.TotalSeconds, 1e-6);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_done} seeds, {violations.Length} violations, {rate:F0} simulated seconds per second"));
        return (violations.Length > 0) == mutated ? 0 : 1;
    }

    private void Work()
    {
        while (!_stop)
        {
            int number = Interlocked.Increment(ref _next) - 1;
            if (number >= arguments.SeedCount)
            {
                return;
            }

            RunSeed(arguments.From + (ulong)number, number);
        }
    }

    private void RunSeed(ulong seed, int number)
    {
        SeedResult result = SeedRun.Run(seed, arguments.Mutant, arguments.Trace);
        Interlocked.Add(ref _simulated, result.SimulatedNanoseconds);
        bool twice = !result.IsClean || (arguments.DeterminismEvery > 0 && number % arguments.DeterminismEvery == 0);
        if (twice)
        {
            // The second run keeps the readable trace, which a violation is to be understood by.
            SeedResult again = SeedRun.Run(seed, arguments.Mutant, text: !result.IsClean || arguments.Trace);
            Interlocked.Add(ref _simulated, again.SimulatedNanoseconds);
            result = again.Hash == result.Hash && again.Rule == result.Rule
                ? again
                : again with
                {
                    Rule = "determinism",
                    What = $"two runs of one seed differ: {result.Hash:x16} after {result.Step} steps, {again.Hash:x16} after {again.Step}",
                };
        }

        lock (_print)
        {
            _done++;
            if (arguments.Trace)
            {
                Print(result.Lines);
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: hash {result.Hash:x16}, {result.Step} steps, {result.Events} events"));
            }

            if (!result.IsClean)
            {
                _violations.Enqueue(result);
                _stop |= arguments.Mutant != Mutant.None;
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
        output.WriteLine($"  again: ./cluster sim --from {result.Seed} --seeds 1 --trace");
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
