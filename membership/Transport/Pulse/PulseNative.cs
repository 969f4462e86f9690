using System.Runtime.InteropServices;

namespace Cluster.Transport.Pulse;

/// <summary>Plain blocking calls of the kernel: the framework's sockets would have another thread wait, and allocate.</summary>
internal static unsafe partial class PulseNative
{
    public const short PollIn = 1;
    public const int DontWait = 0x40;
    public const int InterruptedCall = 4;
    public const int WouldBlock = 11;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const nuint GetStamp = 0x8907; // SIOCGSTAMPNS, socket(7)
    private const int RoundRobin = 2;
    private const int ResetOnFork = 0x40000000;

    /// <summary>Makes an event counter, by which a thread in <see cref="Poll"/> is woken; below 0 when it can't.</summary>
    public static int OpenEvent() => EventDescriptor(0, CloseOnExec | NonBlocking);

    /// <summary>Raises an event counter.</summary>
    public static void Raise(int counter)
    {
        ulong one = 1;
        _ = Write(counter, &one, sizeof(ulong));
    }

    /// <summary>Lowers an event counter to zero.</summary>
    public static void Lower(int counter)
    {
        ulong count;
        _ = Read(counter, &count, sizeof(ulong));
    }

    /// <summary>When the kernel took in the datagram that was read last, in nanoseconds since 1970; 0 when it does not say.</summary>
    public static long StampOf(int socket)
    {
        TimeSpec stamp;
        return Control(socket, GetStamp, &stamp) == 0 ? (stamp.Seconds * 1_000_000_000) + stamp.Nanoseconds : 0;
    }

    /// <summary>
    /// Has the calling thread run before all that has no deadline (SCHED_RR, sched(7)), at the least of such priorities; what it starts does not inherit that.
    /// </summary>
    /// <returns>False when it is not permitted (CAP_SYS_NICE, RLIMIT_RTPRIO).</returns>
    public static bool TryRaisePriority()
    {
        int priority = 1;
        return SetScheduler(0, RoundRobin | ResetOnFork, &priority) == 0;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollRequest* requests, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(SafeHandle socket, byte* buffer, nuint length, int flags, byte* address, uint addressLength);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int file, ulong* target, nuint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, ulong* source, nuint bytes);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Control(int file, nuint request, TimeSpec* argument);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler")]
    private static partial int SetScheduler(int thread, int policy, int* priority);

    public struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
