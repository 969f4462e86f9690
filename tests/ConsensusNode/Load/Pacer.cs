using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster.ConsensusNode.Load;

/// <summary>
/// Calls at a fixed rate, each call with the instant at which it was due. A call that comes late is not left out and does not move
/// the later ones: so a stall of what is measured shows in the latencies instead of thinning the load out (coordinated omission).
/// </summary>
public static partial class Pacer
{
    private const long NsPerSecond = 1_000_000_000;

    /// <summary>Runs on the calling thread until the end.</summary>
    /// <param name="perSecond">Calls a second.</param>
    /// <param name="until">The end, a <see cref="Stopwatch"/> timestamp.</param>
    /// <param name="due">Takes the instant at which the call was due, a <see cref="Stopwatch"/> timestamp.</param>
    public static void Run(int perSecond, long until, Action<long> due)
    {
        long began = Stopwatch.GetTimestamp();
        for (long i = 0; ; i++)
        {
            long intended = began + (long)(i * (double)Stopwatch.Frequency / perSecond);
            if (intended > until)
            {
                return;
            }

            long early = intended - Stopwatch.GetTimestamp();
            if (early > 0)
            {
                Sleep(early * NsPerSecond / Stopwatch.Frequency);
            }

            due(intended);
        }
    }

    // Thread.Sleep has a grain of a millisecond; nanosleep(2) wakes within the timer slack of 50 µs.
    private static void Sleep(long nanoseconds)
    {
        TimeSpec time = new() { Seconds = nanoseconds / NsPerSecond, Nanoseconds = nanoseconds % NsPerSecond };
        _ = NanoSleep(in time, IntPtr.Zero);
    }

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int NanoSleep(in TimeSpec request, IntPtr remaining);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
