using System.Globalization;

namespace Cluster.Api.Server.Configuration;

/// <summary>Reads durations such as <c>50ms</c>, <c>1.5s</c>, <c>2m</c>, <c>1h</c>. A number without a unit is refused: nobody can tell what it means.</summary>
internal static class DurationText
{
    private static readonly (string Unit, double Ms)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    public static bool TryParse(string text, out TimeSpan duration)
    {
        foreach ((string unit, double ms) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(
                    text.AsSpan(0, text.Length - unit.Length),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out double value)
                && value * ms <= TimeSpan.FromDays(30).TotalMilliseconds)
            {
                duration = TimeSpan.FromMilliseconds(value * ms);
                return true;
            }
        }

        duration = default;
        return false;
    }
}
