using System.Diagnostics;

namespace Cluster.Simulation.Cli;

/// <summary>Runs seeds, each in a world of its own, on several threads at once. A seed gives the same whichever thread runs it.</summary>
internal sealed class SeedPool(int jobs)
{
    private const int StackBytes = 16 * 1024 * 1024;
    private long _simulated;
    private int _next;
    private int _done;
    private volatile bool _stop;

    /// <summary>Simulated nanoseconds, second runs included.</summary>
    public long Simulated => Interlocked.Read(ref _simulated);

    /// <summary>Seeds that were run.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>No seed is begun after this.</summary>
    public void Stop() => _stop = true;

    /// <summary>Runs <paramref name="run"/> for the numbers from 0 on until so many are done, time is over, or <see cref="Stop"/>.</summary>
    public void Run(int count, TimeSpan limit, Action<int> run)
    {
        long began = Stopwatch.GetTimestamp();
        Thread[] workers = new Thread[Math.Min(jobs, count)];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work, StackBytes);
            workers[i].Start();
        }

        foreach (Thread worker in workers)
        {
            worker.Join();
        }

        void Work()
        {
            while (!_stop && Stopwatch.GetElapsedTime(began) < limit)
            {
                int number = Interlocked.Increment(ref _next) - 1;
                if (number >= count || number < 0)
                {
                    return;
                }

                run(number);
                Interlocked.Increment(ref _done);
            }
        }
    }

    /// <summary>Runs a seed once, or twice when that is asked for or something was broken; two runs have to agree.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="mutant">The mistake to make.</param>
    /// <param name="twice">Whether to run it twice in any case.</param>
    /// <param name="lines">How many lines of the trace to keep.</param>
    public SeedResult RunSeed(ulong seed, Mutant mutant, bool twice, int lines)
    {
        SeedResult result = SeedRun.Run(seed, mutant, lines);
        Interlocked.Add(ref _simulated, result.SimulatedNanoseconds);
        if (result.IsClean && !twice)
        {
            return result;
        }

        // The second run keeps the readable trace, which a violation is to be understood by.
        SeedResult again = SeedRun.Run(seed, mutant, result.IsClean ? lines : Math.Max(lines, Runner.TailLines));
        Interlocked.Add(ref _simulated, again.SimulatedNanoseconds);
        return again.Hash == result.Hash && again.Rule == result.Rule
            ? again
            : again with
            {
                Rule = "determinism",
                What = $"two runs of one seed differ: {result.Hash:x16} after {result.Step} steps, {again.Hash:x16} after {again.Step}",
            };
    }
}
