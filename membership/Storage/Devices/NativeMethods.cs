using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Storage.Devices;

/// <summary>System calls that the framework has no honest equivalent of: its own flush swallows some errors.</summary>
internal static partial class NativeMethods
{
    private const int ReadOnly = 0;
    private const int ReadWriteCreate = 2 | 0x40;
    private const int CloseOnExec = 0x80000;
    private const int OwnerOnly = 0x180;
    private const int ExclusiveNonBlocking = 2 | 4;
    private const int Unlocking = 8;
    private const int NoEntry = 2;
    private const int InputOutput = 5;
    private const int WouldBlock = 11;
    private const int NoAccess = 13;
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>fdatasync(2). Never repeated after an error.</summary>
    public static void SyncData(SafeFileHandle file, string path)
    {
        if (FileDataSync(file) != 0)
        {
            throw Failure("fdatasync", path);
        }
    }

    /// <summary>fsync(2) of a directory.</summary>
    public static void SyncDirectory(string path)
    {
        using SafeFileHandle directory = Open(path, ReadOnly);
        if (FileSync(directory) != 0)
        {
            throw Failure("fsync", path);
        }
    }

    /// <summary>
    /// open(2) of a lock file, made when missing. The framework's own open would take a shared lock at once, and report a held
    /// one as
    /// some sharing violation.
    /// </summary>
    public static SafeFileHandle OpenLockFile(string path) => Open(path, ReadWriteCreate);

    /// <summary>open(2) for reading only. The framework's own open would take a shared lock, in the way of a program that starts.</summary>
    public static SafeFileHandle OpenForReading(string path) => Open(path, ReadOnly);

    /// <summary>flock(2), exclusive, without waiting; false when another open file has it.</summary>
    public static bool TryLock(SafeFileHandle file, string path)
    {
        if (FileLock(file, ExclusiveNonBlocking) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == WouldBlock ? false : throw Failure("flock", path);
    }

    /// <summary>
    /// flock(2), gives the lock back. Closing alone does so only when no copy of the descriptor is left, and a child process that is just
    /// being started holds one until it executes its program.
    /// </summary>
    public static void Unlock(SafeFileHandle file) => _ = FileLock(file, Unlocking);

    private static SafeFileHandle Open(string path, int flags)
    {
        int descriptor = Open(path, flags | CloseOnExec, OwnerOnly);
        if (descriptor >= 0)
        {
            return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        throw Marshal.GetLastPInvokeError() switch
        {
            NoEntry => new FileNotFoundException($"there is no {path}", path),
            NoAccess => new UnauthorizedAccessException($"{path} may not be opened by this user"),
            _ => Failure("open", path),
        };
    }

    /// <summary>True for the error numbers ENOSPC and EDQUOT, which the framework's exceptions carry as their HResult.</summary>
    public static bool IsDiskFull(int error) => error is NoSpace or QuotaExceeded;

    /// <summary>True for the error number EIO.</summary>
    public static bool IsReadError(int error) => error == InputOutput;

    private static IOException Failure(string call, string path)
    {
        int error = Marshal.GetLastPInvokeError();
        return IsDiskFull(error)
            ? new DiskFullException(Path.GetDirectoryName(path) ?? path, $"{call} of {Path.GetFileName(path)}", 0)
            : new IOException($"{call} of {path}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})", error);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FileDataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int FileLock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);
}
