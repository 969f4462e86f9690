using Cluster.ConsensusNode.Running;

namespace Cluster.ConsensusNode.Load;

/// <summary>What this process has used since its start.</summary>
internal readonly record struct Meter(long AllocatedBytes, double CpuMs, long Syncs)
{
    /// <summary>Reads it now.</summary>
    public static Meter Read(RunningNode node) =>
        new(GC.GetTotalAllocatedBytes(precise: false), Environment.CpuUsage.TotalTime.TotalMilliseconds, node.Syncs);

    /// <summary>What was used since an earlier reading.</summary>
    public Meter Since(in Meter start) => new(AllocatedBytes - start.AllocatedBytes, CpuMs - start.CpuMs, Syncs - start.Syncs);
}
