using System.Runtime.InteropServices;
using Cluster.Consensus;

namespace Cluster.Client;

/// <summary>
/// The clock by which leases are measured: CLOCK_BOOTTIME of clock_gettime(2). Unlike <see cref="System.Diagnostics.Stopwatch"/>
/// it goes on while the machine is suspended, so a lease can't outlive a suspend. All processes of a machine read the same value.
/// </summary>
public static unsafe partial class BootTime
{
    private const int ClockBootTime = 7;

    /// <summary>The present reading. Costs some tens of nanoseconds.</summary>
    /// <exception cref="PlatformNotSupportedException">The system has no such clock.</exception>
    public static MonotonicTime Now
    {
        get
        {
            Timespec reading;
            if (ClockGetTime(ClockBootTime, &reading) != 0)
            {
                ThrowNoClock();
            }

            return new MonotonicTime((reading.Seconds * 1_000_000_000) + reading.Nanoseconds);
        }
    }

    private static void ThrowNoClock() =>
        throw new PlatformNotSupportedException("clock_gettime(CLOCK_BOOTTIME) failed; leases need Linux 2.6.39 or newer");

    // The call is answered from the vDSO in well under a microsecond and never blocks: it needs no GC transition.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    private static partial int ClockGetTime(int clock, Timespec* reading);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
