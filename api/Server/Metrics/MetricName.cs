using System.Buffers;
using System.Collections.Concurrent;
using System.Text;

namespace Cluster.Api.Server.Metrics;

/// <summary>
/// An instrument's name and unit in Prometheus' terms: base units only, the unit and <c>_total</c> as suffixes
/// (Prometheus documentation, "Metric and label naming").
/// </summary>
/// <param name="Text">The metric's name.</param>
/// <param name="Scale">What each value is multiplied with to be in the base unit.</param>
internal readonly record struct MetricName(string Text, double Scale)
{
    private static readonly SearchValues<char> PlainCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");
    private static readonly string[] Reserved = ["_count", "_sum", "_bucket"];

    // Recording must not allocate. The names of labels are few: programs write them, not data.
    private static readonly ConcurrentDictionary<string, string> LabelNames = new(StringComparer.Ordinal);

    public static MetricName Of(string instrument, string? unit, MetricKind kind)
    {
        (string suffix, double scale) = Unit(unit, kind);
        string name = Clean(instrument);
        if (kind == MetricKind.Counter && name.EndsWith("_total", StringComparison.Ordinal))
        {
            name = name[..^"_total".Length];
        }

        // "wait_ms" with unit "ms" becomes "wait_seconds".
        if (scale != 1 && unit is not null && name.EndsWith("_" + unit, StringComparison.OrdinalIgnoreCase))
        {
            name = name[..^(unit.Length + 1)];
        }

        if (suffix.Length > 0 && !name.EndsWith(suffix, StringComparison.Ordinal))
        {
            name += suffix;
        }

        // These suffixes belong to histograms' samples; "dotnet.timer.count" would be taken for one.
        if (kind != MetricKind.Histogram && Reserved.FirstOrDefault(name.EndsWith) is { } reserved)
        {
            name = name[..^reserved.Length] + "_number";
        }

        return new MetricName(kind == MetricKind.Counter ? name + "_total" : name, scale);
    }

    /// <summary>A label's name: a letter or <c>_</c>, then letters, digits and <c>_</c>.</summary>
    public static string Label(string key) => key.Length > 0 && !key.AsSpan().ContainsAnyExcept(PlainCharacters) && !char.IsAsciiDigit(key[0]) && !key.StartsWith("__", StringComparison.Ordinal)
        ? key
        : LabelNames.GetOrAdd(key, static odd =>
        {
            string cleaned = Clean(odd);
            // Names that begin with two underscores belong to Prometheus itself.
            return cleaned.StartsWith("__", StringComparison.Ordinal) ? "x" + cleaned : cleaned;
        });

    private static (string Suffix, double Scale) Unit(string? unit, MetricKind kind) => unit switch
    {
        "s" => ("_seconds", 1),
        "ms" => ("_seconds", 1e-3),
        "us" or "µs" => ("_seconds", 1e-6),
        "ns" => ("_seconds", 1e-9),
        "By" => ("_bytes", 1),
        "KiBy" => ("_bytes", 1024),
        "MiBy" => ("_bytes", 1024 * 1024),
        "1" when kind == MetricKind.Gauge => ("_ratio", 1),
        "%" => ("_ratio", 1e-2),
        _ => ("", 1),
    };

    private static string Clean(string text)
    {
        var cleaned = new StringBuilder(text.Length + 4);
        char before = '_';
        foreach (char character in text)
        {
            if (char.IsAsciiLetterUpper(character) && (char.IsAsciiLetterLower(before) || char.IsAsciiDigit(before)))
            {
                cleaned.Append('_');
            }

            cleaned.Append(char.IsAsciiLetterOrDigit(character) ? char.ToLowerInvariant(character) : '_');
            before = character;
        }

        return cleaned.Length == 0 || char.IsAsciiDigit(cleaned[0]) ? "_" + cleaned : cleaned.ToString();
    }
}
