using System.Globalization;

namespace Cluster.Simulation.Worlds;

/// <summary>True simulated time: nanoseconds since the world began, the same everywhere. No node ever sees it.</summary>
internal static class SimTime
{
    public static long Ms(double milliseconds) => (long)(milliseconds * 1_000_000);

    public static long Seconds(double seconds) => (long)(seconds * 1_000_000_000);

    public static long Of(TimeSpan span) => span.Ticks * 100;

    public static string Text(long nanoseconds) => (nanoseconds / 1e9).ToString("F6", CultureInfo.InvariantCulture) + "s";
}
