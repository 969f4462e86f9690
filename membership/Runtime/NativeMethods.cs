using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Runtime;

/// <summary>What the framework does not offer.</summary>
internal static partial class NativeMethods
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const short PollIn = 1;

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

    /// <summary>Makes an event counter (eventfd(2)).</summary>
    /// <exception cref="IOException">It could not be made.</exception>
    public static SafeFileHandle OpenEvent()
    {
        int descriptor = EventDescriptor(0, CloseOnExec | NonBlocking);
        return descriptor < 0 ? throw Failure("eventfd", "a thread's signal") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Adds one to an event counter.</summary>
    public static unsafe void RaiseEvent(SafeFileHandle counter)
    {
        // Fails only when the counter is full, and then who waits is awake already.
        ulong one = 1;
        _ = Write(counter, &one, sizeof(ulong));
    }

    /// <summary>Waits until an event counter is above zero, and sets it to zero; may return early.</summary>
    public static unsafe void AwaitEvent(SafeFileHandle counter, TimeSpan patience)
    {
        // Rounded up: waking a little early would only wait again.
        int timeoutMs = patience == Timeout.InfiniteTimeSpan ? -1 : (int)Math.Ceiling(Math.Max(patience.TotalMilliseconds, 0));
        var wanted = new PollRequest { Descriptor = (int)counter.DangerousGetHandle(), Events = PollIn };
        ulong count;
        if (Poll(&wanted, 1, timeoutMs) > 0)
        {
            _ = Read(counter, &count, sizeof(ulong));
        }

        GC.KeepAlive(counter);
    }

    private static IOException Failure(string call, string path) =>
        new($"{call} of {path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static unsafe partial nint Read(SafeFileHandle file, ulong* target, nint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static unsafe partial nint Write(SafeFileHandle file, ulong* source, nint bytes);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static unsafe partial int Poll(PollRequest* requests, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void Exit(int code);

    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
