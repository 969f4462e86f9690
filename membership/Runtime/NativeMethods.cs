using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Runtime;

/// <summary>What the framework does not offer.</summary>
internal static partial class NativeMethods
{
    private const int CloseOnExec = 0x80000;

    /// <summary>Makes what was created and renamed in a folder durable (fsync(2)).</summary>
    /// <exception cref="IOException">It could not be done.</exception>
    public static void SyncDirectory(string path)
    {
        int descriptor = Open(path, CloseOnExec);
        if (descriptor < 0)
        {
            throw Failure("open", path);
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (FileSync(handle) != 0)
        {
            throw Failure("fsync", path);
        }
    }

    /// <summary>
    /// Ends the process at once (_exit(2)): no handler, no finalizer, no flush runs. After a broken invariant nothing of this
    /// process may be trusted to do anything any more.
    /// </summary>
    [DoesNotReturn]
    public static void ExitAtOnce(int code)
    {
        Exit(code);
        Environment.FailFast("_exit returned");
    }

    private static IOException Failure(string call, string path) =>
        new($"{call} of {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);
}
