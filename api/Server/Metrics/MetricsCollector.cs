using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Cluster.Api.Server.Metrics;

/// <summary>
/// Listens to every <see cref="Meter"/> of the process and writes what it heard in Prometheus' text exposition format 0.0.4. Instruments of
/// the same name and kind share one metric.
/// </summary>
internal sealed partial class MetricsCollector : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const int MostFamilies = 1000;
    private const int MostSeriesPerFamily = 500;

    // Where the recorder of a distribution gives no advice: from 0.5 ms to 10 s, or powers of four.
    private static readonly double[] SecondsBounds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly double[] OtherBounds = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576];

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scrapeGate = new();
    private readonly ILogger<MetricsCollector> _log;
    private readonly Func<Meter, bool> _accepts;
    private long _scrape;
    private long _refusedInstruments;

    /// <param name="log">Told of instruments that can't be shown.</param>
    /// <param name="accepts">Which meters to listen to; null for all.</param>
    public MetricsCollector(ILogger<MetricsCollector> log, Func<Meter, bool>? accepts = null)
    {
        _log = log;
        _accepts = accepts ?? (_ => true);
        _listener.InstrumentPublished = Published;
        _listener.SetMeasurementEventCallback<byte>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<short>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(value, tags, state));
        _listener.SetMeasurementEventCallback<decimal>((_, value, tags, state) => Record((double)value, tags, state));
        _listener.Start();
    }

    /// <summary>Asks the observable instruments and writes everything.</summary>
    public byte[] Expose()
    {
        // One scrape at a time: an observable instrument's series must belong to one of them.
        lock (_scrapeGate)
        {
            _scrape++;
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException error)
            {
                // One instrument's fault must not hide the others.
                LogObservation(_log, error.InnerExceptions.Count, error);
            }

            var text = new ExpositionWriter();
            ProcessMetrics.Write(text);
            long dropped = 0;
            foreach (MetricFamily family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                text.Write(family, _scrape);
                dropped += family.Dropped;
            }

            text.WriteSingle(
                "cluster_metrics_dropped_measurements_total", MetricKind.Counter, "Measurements not kept because their metric has too many series.", dropped);
            text.WriteSingle(
                "cluster_metrics_refused_instruments_total",
                MetricKind.Counter,
                "Instruments not shown because their name is taken by another kind, or there are too many.",
                Interlocked.Read(ref _refusedInstruments));
            return text.ToArray();
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Published(Instrument instrument, MeterListener listener)
    {
        if (!_accepts(instrument.Meter))
        {
            return;
        }

        (MetricKind kind, MetricRecording recording)? meaning = Meaning(instrument);
        if (meaning is not { } known)
        {
            return;
        }

        MetricName name = MetricName.Of(instrument.Name, instrument.Unit, known.kind);
        bool full = _families.Count >= MostFamilies && !_families.ContainsKey(name.Text);
        MetricFamily? family = full ? null : _families.GetOrAdd(name.Text, _ => new MetricFamily(
            name.Text,
            known.kind,
            string.IsNullOrWhiteSpace(instrument.Description) ? $"{instrument.Name} of meter {instrument.Meter.Name}." : instrument.Description,
            name.Scale,
            instrument.IsObservable,
            known.kind == MetricKind.Histogram ? Bounds(instrument, name) : null,
            MostSeriesPerFamily));
        if (family is null || family.Kind != known.kind || family.Observed != instrument.IsObservable)
        {
            Interlocked.Increment(ref _refusedInstruments);
            LogRefused(_log, instrument.Meter.Name, instrument.Name, name.Text);
            return;
        }

        listener.EnableMeasurementEvents(instrument, new Target(family, known.recording));
    }

    private void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (state is Target target)
        {
            target.Family.Record(value, tags, target.Recording, _scrape);
        }
    }

    private static (MetricKind Kind, MetricRecording Recording)? Meaning(Instrument instrument)
    {
        Type type = instrument.GetType();
        string name = type.IsGenericType ? type.GetGenericTypeDefinition().Name : type.BaseType?.Name ?? "";
        return name switch
        {
            "Counter`1" => (MetricKind.Counter, MetricRecording.Add),
            "UpDownCounter`1" => (MetricKind.Gauge, MetricRecording.Add),
            "Gauge`1" => (MetricKind.Gauge, MetricRecording.Set),
            "Histogram`1" => (MetricKind.Histogram, MetricRecording.Observe),
            "ObservableCounter`1" => (MetricKind.Counter, MetricRecording.Set),
            "ObservableUpDownCounter`1" or "ObservableGauge`1" => (MetricKind.Gauge, MetricRecording.Set),
            _ => null,
        };
    }

    private static double[] Bounds(Instrument instrument, MetricName name)
    {
        IEnumerable<double>? advised = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => bounds,
            Histogram<float> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            Histogram<int> { Advice.HistogramBucketBoundaries: { } bounds } => bounds.Select(bound => (double)bound),
            _ => null,
        };
        return advised is not null
            ? [.. advised.Select(bound => bound * name.Scale).Where(double.IsFinite).Order().Distinct()]
            : name.Text.EndsWith("_seconds", StringComparison.Ordinal) ? SecondsBounds : OtherBounds;
    }

    private sealed record Target(MetricFamily Family, MetricRecording Recording);

    [LoggerMessage(5101, LogLevel.Warning, "instrument {Instrument} of meter {Meter} is not shown: {Metric} is taken by another kind, or there are too many")]
    private static partial void LogRefused(ILogger log, string meter, string instrument, string metric);

    [LoggerMessage(5102, LogLevel.Warning, "{Count} observable instruments failed; the others are shown")]
    private static partial void LogObservation(ILogger log, int count, Exception error);
}
