namespace Cluster.ConsensusNode.Load;

/// <summary>Percentiles of latencies, in microseconds.</summary>
/// <param name="P50Us">Half took no longer.</param>
/// <param name="P99Us">99 % took no longer.</param>
/// <param name="P999Us">99.9 % took no longer.</param>
/// <param name="MaxUs">None took longer.</param>
/// <param name="MeanUs">The mean.</param>
public sealed record LatencySummary(double P50Us, double P99Us, double P999Us, double MaxUs, double MeanUs);
