namespace Cluster.Consensus;

/// <summary>
/// Spreads the bytes of snapshots over time, all peers together, so that they leave room on the network and on the receivers' disks
/// for heartbeats and appends.
/// </summary>
internal sealed class SnapshotPacer(long bytesPerSecond)
{
    // What may be sent at once after a pause: a few ticks' worth, or the rate would fall with the length of a tick.
    private static readonly TimeSpan s_burst = TimeSpan.FromMilliseconds(10);
    private MonotonicTime _paidUntil = MonotonicTime.DistantPast;

    /// <summary>True when a chunk may be sent.</summary>
    public bool MaySend(MonotonicTime now) => _paidUntil <= now;

    /// <summary>Takes note of a chunk sent.</summary>
    public void Sent(int bytes, MonotonicTime now)
    {
        MonotonicTime from = MonotonicTime.Max(_paidUntil, now - s_burst);
        _paidUntil = from + TimeSpan.FromTicks(Math.Max(1, bytes * TimeSpan.TicksPerSecond / bytesPerSecond));
    }
}
