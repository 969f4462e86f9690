using System.Globalization;
using System.Text;

namespace Cluster.Api.Server.Metrics;

/// <summary>Writes the text exposition format 0.0.4 (Prometheus documentation, "Exposition formats").</summary>
internal sealed class ExpositionWriter
{
    private readonly StringBuilder _text = new(16 * 1024);

    public void Write(MetricFamily family, long scrape)
    {
        MetricSeries[] series = [.. family.Series.Where(each => !family.Observed || each.SeenInScrape == scrape)];
        if (series.Length == 0)
        {
            return;
        }

        Head(family.Name, family.Kind, family.Help);
        foreach (MetricSeries each in series)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                Histogram(family, each);
            }
            else
            {
                Sample(family.Name, each.Labels, each.Value);
            }
        }
    }

    public void WriteSingle(string name, MetricKind kind, string help, double value)
    {
        Head(name, kind, help);
        Sample(name, "", value);
    }

    public byte[] ToArray() => Encoding.UTF8.GetBytes(_text.ToString());

    internal static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ when double.IsNaN(value) => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void Head(string name, MetricKind kind, string help)
    {
        string escaped = help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        string word = kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Gauge => "gauge",
            _ => "histogram",
        };
        _text.Append("# HELP ").Append(name).Append(' ').Append(escaped).Append('\n');
        _text.Append("# TYPE ").Append(name).Append(' ').Append(word).Append('\n');
    }

    private void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    private void Histogram(MetricFamily family, MetricSeries series)
    {
        (long[] buckets, double sum, long count) = series.Histogram();
        string prefix = series.Labels.Length == 0 ? "" : series.Labels + ",";
        long below = 0;
        for (int at = 0; at < buckets.Length; at++)
        {
            below += buckets[at];
            double bound = at < family.Bounds!.Length ? family.Bounds[at] : double.PositiveInfinity;
            Sample($"{family.Name}_bucket", $"{prefix}le=\"{Number(bound)}\"", below);
        }

        Sample($"{family.Name}_sum", series.Labels, sum);
        Sample($"{family.Name}_count", series.Labels, count);
    }
}
