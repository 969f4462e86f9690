using System.Diagnostics;

namespace Cluster.Tests.Support;

/// <summary>Waits for a condition, so that timing does not decide a test.</summary>
public static class Eventually
{
    /// <summary>Returns when <paramref name="condition"/> holds.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="deadline">How long at most; 10 s when not given.</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task HoldsAsync(string what, Func<bool> condition, TimeSpan? deadline = null)
    {
        var limit = deadline ?? TimeSpan.FromSeconds(10);
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"Waited {limit.TotalSeconds} s in vain for: {what}.");
            }

            await Task.Delay(10).ConfigureAwait(false);
        }
    }
}
