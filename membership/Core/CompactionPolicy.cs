namespace Cluster.Membership;

/// <summary>
/// When a node saves its state and lets go of the log up to there. A snapshot is due after so many entries, or after so many bytes of entries, or twice as
/// many as the state itself has, whichever is more: a large state is not written again and again for little.
/// </summary>
public sealed record CompactionPolicy
{
    /// <summary>The most entries applied since the last snapshot.</summary>
    public long Entries { get; init; } = 100_000;

    /// <summary>The most bytes of entries applied since the last snapshot.</summary>
    public long Bytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>After a snapshot that could not be saved: how long until the next attempt.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">A bound is not positive.</exception>
    internal void Validate()
    {
        if (Entries < 1 || Bytes < 1 || RetryPause <= TimeSpan.Zero)
        {
            throw new ArgumentException(
                $"the log is to be compacted after {Entries} entries or {Bytes} bytes, again {RetryPause.TotalSeconds} s after a failure; each must be positive");
        }
    }
}
