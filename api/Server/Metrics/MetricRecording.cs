namespace Cluster.Api.Server.Metrics;

/// <summary>What an instrument's measurement means.</summary>
internal enum MetricRecording
{
    /// <summary>A difference: counters and up-down counters.</summary>
    Add,

    /// <summary>The value itself: gauges, and everything that is observed.</summary>
    Set,

    /// <summary>One observation of a distribution.</summary>
    Observe,
}
