using System.Diagnostics;

namespace Cluster.Runtime.Tests.Support;

/// <summary>Waits on conditions, with a deadline that names what was waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task Holds(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < s_patience, $"waited {s_patience.TotalSeconds} s for {what}");
            await Task.Delay(5);
        }
    }

    public static async Task<T> Gives<T>(Func<Task<T?>> look, string what)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            Assert.True(clock.Elapsed < s_patience, $"waited {s_patience.TotalSeconds} s for {what}");
            await Task.Delay(5);
        }
    }

    public static async Task<T> Ends<T>(Task<T> task, string what)
    {
        await Ends((Task)task, what);
        return await task;
    }

    public static async Task Ends(Task task, string what)
    {
        try
        {
            await task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"waited {s_patience.TotalSeconds} s for {what}");
        }
    }
}
