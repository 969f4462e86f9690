using System.Diagnostics;

namespace Cluster.Tests.Support;

/// <summary>Waits for what must come to pass, so that timing does not decide a test.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    /// <summary>How long a wait lasts at most, 30 s: far beyond what a busy machine needs.</summary>
    public static TimeSpan Deadline { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Returns when <paramref name="condition"/> holds; passes on what it throws.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="detail">Asked after a wait in vain: the state that explains it, for the message.</param>
    /// <exception cref="TimeoutException">It did not hold within <see cref="Deadline"/>, or one answer took longer than that.</exception>
    public static Task Holds(Func<bool> condition, string what, Func<string>? detail = null) =>
        Holds(() => Task.FromResult(condition()), what, detail);

    /// <inheritdoc cref="Holds(Func{bool}, string, Func{string}?)"/>
    public static async Task Holds(Func<Task<bool>> condition, string what, Func<string>? detail = null)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await Ends(condition(), what, detail).ConfigureAwait(false))
        {
            await PauseAsync(started, what, detail).ConfigureAwait(false);
        }
    }

    /// <summary>Returns the first thing that <paramref name="look"/> finds; passes on what it throws.</summary>
    /// <param name="look">Asked again and again; null when there is nothing yet.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <exception cref="TimeoutException">It found nothing within <see cref="Deadline"/>, or one look took longer than that.</exception>
    public static async Task<T> Gives<T>(Func<Task<T?>> look, string what)
        where T : class
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await Ends(look(), what).ConfigureAwait(false) is { } found)
            {
                return found;
            }

            await PauseAsync(started, what, detail: null).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when <paramref name="task"/> has ended; passes on how it failed.</summary>
    /// <param name="task">Goes on after a wait in vain.</param>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="detail">Asked after a wait in vain: the state that explains it, for the message.</param>
    /// <exception cref="TimeoutException">It did not end within <see cref="Deadline"/>.</exception>
    public static async Task Ends(Task task, string what, Func<string>? detail = null)
    {
        await task.WaitAsync(Deadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Asked of the task, not of an exception: a task may itself fail with a TimeoutException, which is the caller's to see.
        if (!task.IsCompleted)
        {
            throw InVain(what, detail);
        }

        await task.ConfigureAwait(false);
    }

    /// <summary>Returns the result of <paramref name="task"/>; passes on how it failed.</summary>
    /// <inheritdoc cref="Ends(Task, string, Func{string}?)"/>
    public static async Task<T> Ends<T>(Task<T> task, string what, Func<string>? detail = null)
    {
        await Ends((Task)task, what, detail).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    private static Task PauseAsync(long started, string what, Func<string>? detail) =>
        Stopwatch.GetElapsedTime(started) < Deadline ? Task.Delay(s_pause) : throw InVain(what, detail);

    private static TimeoutException InVain(string what, Func<string>? detail)
    {
        var message = $"Waited {Deadline.TotalSeconds} s in vain for: {what}.";
        return new TimeoutException(detail is null ? message : $"{message} {detail()}");
    }
}
