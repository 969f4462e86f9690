using System.Diagnostics;

namespace Cluster.Tests.Support.Network;

/// <summary>Runs one of the system's small tools to its end.</summary>
internal static class SystemCommand
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>Runs it and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It is not there, it failed, or it did not end; the message holds what it said.</exception>
    public static string Run(string program, IEnumerable<string> arguments, string? input = null)
    {
        string[] all = [.. arguments];
        using Process process = Process.Start(new ProcessStartInfo(Programs.Find(program) ?? program, all)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        if (input is not null)
        {
            process.StandardInput.Write(input);
        }

        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill();
            throw new InvalidOperationException($"'{program} {string.Join(' ', all)}' did not end within {s_limit.TotalSeconds} s");
        }

        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new InvalidOperationException(
                $"'{program} {string.Join(' ', all)}' ended with {process.ExitCode}: {error.GetAwaiter().GetResult().Trim()}{(input is null ? "" : $"\nits input was:\n{input}")}");
    }
}
