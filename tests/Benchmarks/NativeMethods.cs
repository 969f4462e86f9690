using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Benchmarks;

/// <summary>System calls that the framework has no honest equivalent of.</summary>
internal static partial class NativeMethods
{
    private const int ThreadCpuTime = 3;

    /// <summary>fdatasync(2).</summary>
    public static void SyncData(SafeFileHandle file)
    {
        if (FileDataSync(file) != 0)
        {
            throw new IOException($"fdatasync: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Processor time that the calling thread has used, in nanoseconds (clock_gettime(2), CLOCK_THREAD_CPUTIME_ID).</summary>
    public static long ThreadCpuNanoseconds()
    {
        _ = ClockGetTime(ThreadCpuTime, out TimeSpec time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    /// <summary>geteuid(2): 0 for root.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FileDataSync(SafeFileHandle file);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
