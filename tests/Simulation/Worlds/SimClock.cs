using Cluster.Consensus;

namespace Cluster.Simulation.Worlds;

/// <summary>
/// One machine's CLOCK_BOOTTIME: its own rate within the stated bound, and its own zero at each boot. It runs on while the machine is
/// paused.
/// </summary>
internal sealed class SimClock(Timeline time)
{
    /// <summary>Rates lie strictly inside [1/√1.1, √1.1], so no two clocks differ by more than the bound of 1.1.</summary>
    public const double SlowestRate = 0.9536;

    /// <summary>The greatest rate.</summary>
    public const double FastestRate = 1.0487;

    private long _anchorTrue;
    private long _anchorLocal;

    public double Rate { get; private set; } = 1.0;

    public MonotonicTime Now => new(_anchorLocal + (long)((time.Now - _anchorTrue) * Rate));

    /// <summary>A rate a machine may have: often one of the extremes, where margins are thinnest.</summary>
    public static double DrawRate(RandomStream random) =>
        random.Chance(0.7) ? (random.Chance(0.5) ? SlowestRate : FastestRate) : random.Between(SlowestRate, FastestRate);

    /// <summary>The machine boots: the clock starts anew.</summary>
    public void Restart(long local)
    {
        _anchorTrue = time.Now;
        _anchorLocal = local;
    }

    public void ChangeRate(double rate)
    {
        _anchorLocal = Now.Nanoseconds;
        _anchorTrue = time.Now;
        Rate = rate;
    }

    /// <summary>How much true time passes while this clock advances by <paramref name="local"/>.</summary>
    public long ToTrue(long local) => (long)(local / Rate);
}
