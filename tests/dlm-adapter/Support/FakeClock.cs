using System.Diagnostics;
using Cluster.Consensus;

namespace Cluster.Locks.Tests.Support;

/// <summary>
/// One machine's monotonic clock: it runs with the real one (the cores' resend timers need a clock that moves) and can be pushed
/// ahead.
/// </summary>
public sealed class FakeClock
{
    private long _aheadNs;

    public MonotonicTime Now => new((Stopwatch.GetTimestamp() * (1_000_000_000L / Stopwatch.Frequency)) + Interlocked.Read(ref _aheadNs));

    /// <summary>Pushes the clock ahead to <paramref name="time"/>; never back.</summary>
    public void MoveTo(MonotonicTime time)
    {
        long missing = (time - Now).Ticks * 100;
        if (missing > 0)
        {
            Interlocked.Add(ref _aheadNs, missing + 100);
        }
    }
}
