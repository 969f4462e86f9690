namespace Cluster.Storage;

/// <summary>
/// A write or a sync failed, now or earlier. What is on disk is unknown and a second try proves nothing: the kernel may have
/// dropped the dirty pages and report success next time (fsync(2), "Reporting errors"). The process must stop; at the next
/// start the
/// log is read and its unproven end is written anew.
/// </summary>
public sealed class LogFailedException : IOException
{
    /// <summary>Says which operation failed.</summary>
    public LogFailedException(string operation, Exception cause)
        : base(cause is DiskFullException
            ? $"the log can't go on: {operation} failed: {cause.Message}. Nothing that was acknowledged is lost. This process must stop; "
                + "start it again when there is space"
            : $"the log can't be trusted any more: {operation} failed: {cause.Message}. Stop this process, check the disk "
                + "(kernel log, SMART), then start it again", cause)
    {
    }

    /// <summary>True when there was no space.</summary>
    public bool IsDiskFull => InnerException is DiskFullException;
}
