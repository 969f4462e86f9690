using System.Diagnostics.Metrics;

namespace Cluster.Api.Server.Hooks;

/// <summary>What hooks did.</summary>
internal sealed class HookMetrics : IDisposable
{
    private readonly Meter _meter = new("Cluster.Hooks");
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _gaps;
    private int _refused;

    public HookMetrics()
    {
        _runs = _meter.CreateCounter<long>("cluster.hooks.runs", null, "Runs of hooks, by hook and end");
        _duration = _meter.CreateHistogram<double>("cluster.hooks.duration", "s", "How long runs of hooks took");
        _gaps = _meter.CreateCounter<long>("cluster.hooks.gaps", null, "Times that a hook missed events that are not retained any more");
        _meter.CreateObservableGauge("cluster.hooks.refused", () => Volatile.Read(ref _refused), null, "Hooks and folders that are not run because something is wrong with them");
    }

    public void Ran(string hook, HookEnd end, TimeSpan took)
    {
        _runs.Add(1, new KeyValuePair<string, object?>("hook", hook), new KeyValuePair<string, object?>("end", Word(end)));
        _duration.Record(took.TotalSeconds, new KeyValuePair<string, object?>("hook", hook));
    }

    public void Gap(string hook) => _gaps.Add(1, new KeyValuePair<string, object?>("hook", hook));

    public void Refused(int count) => Volatile.Write(ref _refused, count);

    public void Dispose() => _meter.Dispose();

    private static string Word(HookEnd end) => end switch
    {
        HookEnd.Ok => "ok",
        HookEnd.Failed => "failed",
        HookEnd.TimedOut => "timed-out",
        HookEnd.NotStarted => "not-started",
        _ => "interrupted",
    };
}
