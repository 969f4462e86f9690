using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cluster.Storage.Devices;

/// <summary>A folder of the operating system, locked by flock(2) on a file in it while open.</summary>
internal sealed class DirectoryDevice : IStorageDevice
{
    /// <summary>The file that is locked.</summary>
    public const string LockName = "lock";

    private readonly string _directory;
    private readonly SafeFileHandle _lock;

    private DirectoryDevice(string directory, SafeFileHandle heldLock)
    {
        _directory = directory;
        _lock = heldLock;
    }

    /// <summary>Makes the folder when it is missing, and locks it.</summary>
    /// <exception cref="LogInUseException">Another one has it.</exception>
    public static DirectoryDevice Acquire(string directory)
    {
        directory = Path.GetFullPath(directory);
        if (!Directory.Exists(directory))
        {
            CreateDurably(directory);
        }

        string path = Path.Combine(directory, LockName);
        SafeFileHandle handle = NativeMethods.OpenLockFile(path);
        try
        {
            if (!NativeMethods.TryLock(handle, path))
            {
                throw new LogInUseException(directory, Holder(handle));
            }

            NameHolder(handle);
            return new DirectoryDevice(directory, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Describe(string name) => Path.Combine(_directory, name);

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(_directory).Select(path => Path.GetFileName(path))];

    /// <inheritdoc/>
    public IDurableFile Create(string name) => OpenFile(name, FileMode.CreateNew);

    /// <inheritdoc/>
    public IDurableFile Open(string name) => OpenFile(name, FileMode.Open);

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        try
        {
            File.Move(Describe(from), Describe(to), overwrite: false);
        }
        catch (IOException e) when (NativeMethods.IsDiskFull(e.HResult))
        {
            throw new DiskFullException(_directory, $"the name {to}", 0);
        }
    }

    /// <inheritdoc/>
    public void Delete(string name) => File.Delete(Describe(name));

    /// <inheritdoc/>
    public void SyncDirectory() => NativeMethods.SyncDirectory(_directory);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_lock.IsClosed)
        {
            NativeMethods.Unlock(_lock);
            _lock.Dispose();
        }
    }

    /// <summary>Only for messages, so a full disk must not stop a start here: nothing may be left to open with.</summary>
    private static void NameHolder(SafeFileHandle handle)
    {
        try
        {
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), 0);
        }
        catch (IOException)
        {
        }
    }

    private static void CreateDurably(string directory)
    {
        string? parent = Path.GetDirectoryName(directory);
        if (parent is not null && !Directory.Exists(parent))
        {
            CreateDurably(parent);
        }

        Directory.CreateDirectory(directory);
        if (parent is not null)
        {
            NativeMethods.SyncDirectory(parent);
        }
    }

    private static string Holder(SafeFileHandle handle)
    {
        Span<byte> text = stackalloc byte[16];
        int read = RandomAccess.Read(handle, text, 0);
        return read > 0 ? $"process {Encoding.ASCII.GetString(text[..read])}" : "another process";
    }

    private DurableFile OpenFile(string name, FileMode mode)
    {
        string path = Describe(name);
        try
        {
            return new DurableFile(File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite), path);
        }
        catch (IOException e) when (NativeMethods.IsDiskFull(e.HResult))
        {
            throw new DiskFullException(_directory, $"the file {name}", 0);
        }
    }
}
