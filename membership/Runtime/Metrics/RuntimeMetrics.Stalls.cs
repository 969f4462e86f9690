using System.Diagnostics.Metrics;
using Cluster.Runtime.Loop;

namespace Cluster.Runtime.Metrics;

/// <content>How long things stood still.</content>
internal sealed partial class RuntimeMetrics
{
    private void ObserveStalls(NodeRuntime runtime)
    {
        Histogram<double> lengths = _meter.CreateHistogram(
            "cluster.stall.duration",
            "s",
            "How long something stood still, from 1 ms on: the loop (how late it ticks), the pulse thread (how long a datagram waited for it), the process for the "
                + "garbage collector, the log's disk",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5] });
        runtime.Stalls.Noted = (place, length) =>
            lengths.Record(length.TotalSeconds, new KeyValuePair<string, object?>("where", StallBoard.Names[(int)place]));
        _meter.CreateObservableGauge(
            "cluster.stall.worst",
            () => StallBoard.Names.Select((name, place) => new Measurement<double>(
                runtime.Stalls.Worst((StallPlace)place).TotalSeconds, new KeyValuePair<string, object?>("where", name))),
            "s",
            "The longest of these since the start; 0 when none was longer than 1 ms");
    }
}
