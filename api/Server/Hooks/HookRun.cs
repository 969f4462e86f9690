using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cluster.Api.Server.Hooks;

/// <summary>How one run of a hook ended.</summary>
internal enum HookEnd
{
    /// <summary>Exit code 0.</summary>
    Ok,

    /// <summary>Another exit code, or a signal.</summary>
    Failed,

    /// <summary>It took too long and was ended.</summary>
    TimedOut,

    /// <summary>It could not be started.</summary>
    NotStarted,

    /// <summary>The daemon stops: it was ended, and is run again when the daemon is back.</summary>
    Interrupted,
}

/// <summary>One run of one hook: a process in a session and process group of its own, so that all that it starts can be ended with it.</summary>
internal static partial class HookRun
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const string Launcher = "/usr/bin/setsid"; // setsid(1): becomes the hook, with the same process number, as leader of a group

    /// <summary>How long output is still read when the hook has ended and something that it left behind holds the pipes open.</summary>
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(1);

    /// <summary>Runs it to its end.</summary>
    /// <param name="path">The executable.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="environment">All that its environment holds.</param>
    /// <param name="output">Where its output goes; bounded by itself.</param>
    /// <param name="options">Time-outs.</param>
    /// <param name="stopping">Ends it early.</param>
    /// <returns>The end, and the exit code or what was wrong, in words.</returns>
    public static async Task<(HookEnd End, string Detail)> RunAsync(
        string path,
        ReadOnlyMemory<byte> input,
        IReadOnlyDictionary<string, string> environment,
        HookOutput output,
        HookOptions options,
        CancellationToken stopping)
    {
        using var process = new Process { StartInfo = StartOf(path, environment) };
        try
        {
            process.Start();
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return (HookEnd.NotStarted, error.Message);
        }

        Task told = Task.WhenAll(
            FeedAsync(process, input), output.ReadAsync(process.StandardOutput), output.ReadAsync(process.StandardError));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(options.Timeout);
        bool ended = await EndsAsync(process, limit.Token).ConfigureAwait(false);
        if (!ended)
        {
            await EndAsync(process, options.Grace).ConfigureAwait(false);
        }

        await Task.WhenAny(told, Task.Delay(OutputGrace, CancellationToken.None)).ConfigureAwait(false);
        output.Close();
        return ended
            ? (process.ExitCode == 0 ? HookEnd.Ok : HookEnd.Failed, $"exit code {process.ExitCode}")
            : stopping.IsCancellationRequested
                ? (HookEnd.Interrupted, "the daemon stops")
                : (HookEnd.TimedOut, $"it took longer than {options.Timeout.TotalSeconds} s");
    }

    private static ProcessStartInfo StartOf(string path, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo
        {
            FileName = File.Exists(Launcher) ? Launcher : path,
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (start.FileName == Launcher)
        {
            start.ArgumentList.Add(path);
        }

        start.Environment.Clear();
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<bool> EndsAsync(Process process, CancellationToken cancellation)
    {
        // Not WaitForExitAsync: with redirected output that waits for whoever holds the pipes open, too.
        try
        {
            while (!process.HasExited)
            {
                await Task.Delay(10, cancellation).ConfigureAwait(false);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return process.HasExited;
        }
    }

    /// <summary>Asks the whole group to end, and kills what is left of it.</summary>
    private static async Task EndAsync(Process process, TimeSpan grace)
    {
        Signal(process.Id, SigTerm);
        using var patience = new CancellationTokenSource(grace);
        await EndsAsync(process, patience.Token).ConfigureAwait(false);

        // Always: the leader may have gone and left others behind. The number can't be anybody else's while the group has a member, nor while the leader is not collected.
        Signal(process.Id, SigKill);
        await EndsAsync(process, CancellationToken.None).ConfigureAwait(false);
    }

    private static void Signal(int leader, int signal)
    {
        if (Kill(-leader, signal) != 0)
        {
            _ = Kill(leader, signal); // not a leader yet, or no launcher
        }
    }

    private static async Task FeedAsync(Process process, ReadOnlyMemory<byte> input)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // It did not want to read.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
