namespace Cluster.Locks.UserSpace.Server;

/// <summary>Waits for the end of processes that are not our children.</summary>
internal static class ProcessWatch
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends when <paramref name="process"/> does not live any more.</summary>
    /// <exception cref="OperationCanceledException">Given up.</exception>
    public static async Task UntilEndedAsync(ProcessIdentity process, CancellationToken cancellation)
    {
        while (!process.HasEnded())
        {
            await Task.Delay(Interval, cancellation).ConfigureAwait(false);
        }
    }
}
