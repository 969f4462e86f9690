using System.Diagnostics;

namespace Cluster.Fencing.Ipmi;

/// <summary>The moment by which an action must have ended.</summary>
internal readonly struct Deadline(TimeSpan budget)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public bool Passed => Elapsed >= budget;

    public bool HalfGone => Elapsed >= budget / 2;

    /// <summary>What is left, never less than zero.</summary>
    public TimeSpan Remaining => TimeSpan.FromTicks(Math.Max(0, (budget - Elapsed).Ticks));

    /// <summary>The shorter of <paramref name="wanted"/> and what is left.</summary>
    public TimeSpan AtMost(TimeSpan wanted)
    {
        var remaining = Remaining;
        return wanted < remaining ? wanted : remaining;
    }
}
