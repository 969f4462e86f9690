using System.Runtime.InteropServices;
using Cluster.Consensus;

namespace Cluster.Locks.Hosting;

/// <summary>
/// CLOCK_BOOTTIME of this machine, clock_gettime(2): the clock of the lease. It counts the time the machine was suspended, which the
/// framework's own clocks do not.
/// </summary>
internal static partial class BootClock
{
    private const int ClockBootTime = 7;

    /// <summary>The time now.</summary>
    public static MonotonicTime Now()
    {
        if (ClockGetTime(ClockBootTime, out TimeSpec now) != 0)
        {
            throw new PlatformNotSupportedException("clock_gettime(CLOCK_BOOTTIME) failed: Linux 2.6.39 or later is needed");
        }

        return new MonotonicTime((now.Seconds * 1_000_000_000) + now.Nanoseconds);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    // struct timespec of 64-bit Linux.
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
