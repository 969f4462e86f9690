using System.Globalization;

namespace Cluster.Storage;

/// <summary>There is no space left (ENOSPC or EDQUOT, write(2)).</summary>
public sealed class DiskFullException : IOException
{
    /// <summary>Names the folder, what was asked for and how much of it.</summary>
    public DiskFullException(string directory, string purpose, long bytesWanted)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"{purpose} needs {(bytesWanted > 0 ? $"{bytesWanted:N0} bytes" : "space")} in {directory}, and the disk is full (or this "
                + $"user's quota used up). Free at least that much, or enlarge the file system"))
    {
        Directory = directory;
        BytesWanted = bytesWanted;
    }

    /// <summary>The folder in which space is wanted.</summary>
    public string Directory { get; }

    /// <summary>How many bytes were to be written; 0 when that is not known.</summary>
    public long BytesWanted { get; }
}
