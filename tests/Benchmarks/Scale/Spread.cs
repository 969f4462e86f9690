namespace Cluster.Benchmarks.Scale;

/// <summary>How a number of durations are spread, in milliseconds.</summary>
/// <param name="Count">How many.</param>
/// <param name="P50Ms">Half took no longer.</param>
/// <param name="P99Ms">99 % took no longer.</param>
/// <param name="WorstMs">None took longer.</param>
internal sealed record Spread(int Count, double P50Ms, double P99Ms, double WorstMs)
{
    public static Spread Of(List<double> ms)
    {
        if (ms.Count == 0)
        {
            return new Spread(0, 0, 0, 0);
        }

        ms.Sort();
        return new Spread(ms.Count, At(ms, 0.5), At(ms, 0.99), Math.Round(ms[^1], 2));
    }

    private static double At(List<double> ms, double share) => Math.Round(ms[(int)Math.Ceiling(share * ms.Count) - 1], 2);
}
