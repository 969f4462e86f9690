using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;

namespace Cluster.Api.Server.Metrics;

/// <summary>One metric: its name, kind and all its series. The number of series is bounded; what comes beyond is counted, not kept.</summary>
internal sealed class MetricFamily
{
    private readonly ConcurrentDictionary<string, MetricSeries> _series = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _mostSeries;
    private long _dropped;

    public MetricFamily(string name, MetricKind kind, string help, double scale, bool observed, double[]? bounds, int mostSeries)
    {
        Name = name;
        Kind = kind;
        Help = help;
        Scale = scale;
        Observed = observed;
        Bounds = bounds;
        _mostSeries = mostSeries;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public MetricKind Kind { get; }

    public string Help { get; }

    public double Scale { get; }

    /// <summary>Whether its values are asked for at each scrape rather than recorded as they arise.</summary>
    public bool Observed { get; }

    public double[]? Bounds { get; }

    public IEnumerable<MetricSeries> Series => _series.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    /// <summary>How many measurements were not kept because there were too many series.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, MetricRecording recording, long scrape)
    {
        if (Find(tags) is not { } series)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        double scaled = value * Scale;
        switch (recording)
        {
            case MetricRecording.Add:
                series.Add(scaled);
                break;
            case MetricRecording.Set:
                series.Set(scaled, scrape);
                break;
            default:
                series.Observe(scaled);
                break;
        }
    }

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        char[] buffer = ArrayPool<char>.Shared.Rent(1024);
        try
        {
            // Labels beyond the buffer are cut off: a metric is no place for long texts.
            ReadOnlySpan<char> labels = buffer.AsSpan(0, LabelText.Write(tags, buffer));
            if (_lookup.TryGetValue(labels, out MetricSeries? series))
            {
                return series;
            }

            if (_series.Count >= _mostSeries)
            {
                return null;
            }

            string key = labels.ToString();
            return _series.GetOrAdd(key, static (text, family) => new MetricSeries(text, family.Bounds), this);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} ({Kind}, {_series.Count} series)");
}
