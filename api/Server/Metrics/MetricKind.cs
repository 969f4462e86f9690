namespace Cluster.Api.Server.Metrics;

/// <summary>The kinds of the text exposition format that instruments map to.</summary>
internal enum MetricKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Counts observations in buckets.</summary>
    Histogram,
}
