using System.Diagnostics;

namespace Cluster.Locks.Tests.Support;

/// <summary>Waiting on conditions, never on the clock.</summary>
public static class Eventually
{
    /// <summary>How long a condition may take before the test fails: far beyond what a busy machine needs.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Ends when <paramref name="condition"/> holds.</summary>
    /// <exception cref="TimeoutException">It did not within <see cref="Deadline"/>; names <paramref name="what"/>.</exception>
    public static async Task IsTrue(Func<bool> condition, string what, Func<string>? detail = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline)
            {
                throw new TimeoutException($"waited {Deadline.TotalSeconds:F0} s for: {what}. {detail?.Invoke()}");
            }

            await Task.Delay(5);
        }
    }

    /// <summary>The result of <paramref name="task"/>, or a failure that names what was waited for.</summary>
    public static async Task<T> Within<T>(Task<T> task, string what, Func<string>? detail = null)
    {
        if (await Task.WhenAny(task, Task.Delay(Deadline)) != task)
        {
            throw new TimeoutException($"waited {Deadline.TotalSeconds:F0} s for: {what}. {detail?.Invoke()}");
        }

        return await task;
    }

    /// <inheritdoc cref="Within{T}"/>
    public static async Task Within(Task task, string what)
    {
        if (await Task.WhenAny(task, Task.Delay(Deadline)) != task)
        {
            throw new TimeoutException($"waited {Deadline.TotalSeconds:F0} s for: {what}");
        }

        await task;
    }
}
