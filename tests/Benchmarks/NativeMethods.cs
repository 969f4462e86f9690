using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Benchmarks;

/// <summary>System calls that the framework has no honest equivalent of.</summary>
internal static partial class NativeMethods
{
    /// <summary>fdatasync(2).</summary>
    public static void SyncData(SafeFileHandle file)
    {
        if (FileDataSync(file) != 0)
        {
            throw new IOException($"fdatasync: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>geteuid(2): 0 for root.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FileDataSync(SafeFileHandle file);
}
