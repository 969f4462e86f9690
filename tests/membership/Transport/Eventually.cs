using System.Diagnostics;

namespace Cluster.Transport.Tests;

/// <summary>Waits for conditions instead of for time.</summary>
internal static class Eventually
{
    public static async Task Holds(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), $"waited in vain: {what}");
            await Task.Delay(5);
        }
    }
}
