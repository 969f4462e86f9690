namespace Cluster.ConsensusNode.Load;

/// <summary>What came of a <see cref="LoadRequest"/>.</summary>
/// <param name="Commits">Proposals committed and applied in the counted time.</param>
/// <param name="Seconds">The counted time.</param>
/// <param name="Latency">From proposal (open loop: from its intended instant) to the proposer's being told.</param>
/// <param name="Refused">Proposals that were refused, for lack of leadership or room, and tried again.</param>
/// <param name="AllocatedBytes">Managed bytes that this process allocated in the counted time.</param>
/// <param name="CpuMs">Processor time of this process in the counted time.</param>
/// <param name="Syncs">Syncs of this process's log in the counted time.</param>
/// <param name="SyncP50Us">The median of their durations, with the write before, in microseconds.</param>
public sealed record LoadResult(
    long Commits, double Seconds, LatencySummary Latency, long Refused, long AllocatedBytes, double CpuMs, long Syncs, double SyncP50Us)
{
    /// <summary>Commits a second.</summary>
    public double PerSecond => Commits / Seconds;
}
