namespace Cluster.Storage;

/// <summary>
/// A snapshot could not be stored. It was given up and what was begun of it is gone; the log is as it was, only longer than it
/// would be. Not fatal: report it and try again with a later snapshot.
/// </summary>
public sealed class SnapshotNotSavedException : IOException
{
    /// <summary>Names the snapshot and what failed.</summary>
    public SnapshotNotSavedException(string snapshot, Exception cause)
        : base($"{snapshot} was not saved, and the log is not shortened by it: {cause.Message}", cause)
    {
    }

    /// <summary>True when there was no space for it.</summary>
    public bool IsDiskFull => InnerException is DiskFullException;
}
