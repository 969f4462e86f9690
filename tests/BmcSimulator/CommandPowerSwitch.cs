using System.Diagnostics;

namespace Cluster.Tests.BmcSimulator;

/// <summary>
/// A command line as <c>chassis_control</c> of ipmi_sim: run with <c>get power</c> appended it prints <c>power:1</c> or
/// <c>power:0</c>; with <c>set power 0|1</c> it switches. The shell splits the command line.
/// </summary>
public sealed class CommandPowerSwitch(string command) : IPowerSwitch
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public bool IsOn()
    {
        var answer = Run("get power").Trim();
        return answer switch
        {
            "power:1" => true,
            "power:0" => false,
            _ => throw new InvalidOperationException($"'{command} get power' printed '{answer}'; it must print power:0 or power:1."),
        };
    }

    /// <inheritdoc />
    public void Set(bool on) => Run($"set power {(on ? 1 : 0)}");

    private string Run(string verb)
    {
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{command} {verb}"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit) || !output.Wait(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"'{command} {verb}' did not end within {Limit.TotalSeconds} s.");
        }

        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"'{command} {verb}' ended with exit code {process.ExitCode}.");
    }
}
