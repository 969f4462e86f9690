using System.Diagnostics;

namespace Cluster.Api.Server.Tests.Support;

internal static class Eventually
{
    /// <summary>Waits until a condition holds; names it when it does not within 30 s.</summary>
    public static async Task TrueAsync(string what, Func<Task<bool>> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"did not come to pass within 30 s: {what}");
            await Task.Delay(10);
        }
    }
}
