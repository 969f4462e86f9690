using Cluster.Benchmarks.Raw;
using Cluster.Benchmarks.Report;
using Cluster.ConsensusNode.Load;

namespace Cluster.Benchmarks.Consensus;

/// <summary>What loopback and disk cost without us.</summary>
internal static class RawPart
{
    private const int GroupRecords = 256;

    // Of a record in the write-ahead log.
    private const int RecordOverhead = 48;

    /// <summary>Measures.</summary>
    public static RawReport Measure(BenchOptions options, string folder)
    {
        LatencyHistogram roundTrip = LoopbackRoundTrip.Measure(options.PayloadBytes, options.RawDuration);
        (LatencyHistogram sync, _) = DiskSync.Measure(folder, 4096, options.RawDuration);
        int group = GroupRecords * (options.PayloadBytes + RecordOverhead);
        (LatencyHistogram groupCommit, double perSecond) = DiskSync.Measure(folder, group, options.RawDuration);
        return new RawReport(roundTrip.Summary, sync.Summary, groupCommit.Summary, Math.Round(perSecond * GroupRecords));
    }
}
