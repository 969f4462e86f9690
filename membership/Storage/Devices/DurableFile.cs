using Microsoft.Win32.SafeHandles;

namespace Cluster.Storage.Devices;

/// <summary>A file of the operating system.</summary>
internal sealed class DurableFile(SafeFileHandle handle, string path) : IDurableFile
{
    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> target)
    {
        int total = 0;
        while (total < target.Length)
        {
            int read = ReadSome(offset + total, target[total..]);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> source)
    {
        try
        {
            RandomAccess.Write(handle, source, offset);
        }
        catch (IOException e) when (NativeMethods.IsDiskFull(e.HResult))
        {
            throw new DiskFullException(
                Path.GetDirectoryName(path)!, $"writing at byte {offset} of {Path.GetFileName(path)}", source.Length);
        }
    }

    /// <inheritdoc/>
    public void Sync() => NativeMethods.SyncData(handle, path);

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    private int ReadSome(long offset, Span<byte> target)
    {
        try
        {
            return RandomAccess.Read(handle, target, offset);
        }
        catch (IOException e) when (NativeMethods.IsReadError(e.HResult))
        {
            throw new CorruptLogException(path, offset, $"the disk can't read it ({e.Message})");
        }
    }
}
