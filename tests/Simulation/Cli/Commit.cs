using System.ComponentModel;
using System.Diagnostics;

namespace Cluster.Simulation.Cli;

/// <summary>Which state of the sources is being run, as git tells it.</summary>
internal static class Commit
{
    private static readonly Lazy<string> s_name = new(Ask);

    /// <summary>A name of the commit; "unknown" without git.</summary>
    public static string Name => s_name.Value;

    private static string Ask()
    {
        try
        {
            ProcessStartInfo start = new("git", "describe --always --dirty --tags")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = AppContext.BaseDirectory,
            };
            using Process? git = Process.Start(start);
            string? name = git?.StandardOutput.ReadToEnd().Trim();
            return git is not null && git.WaitForExit(2_000) && git.ExitCode == 0 && !string.IsNullOrEmpty(name) ? name : "unknown";
        }
        catch (Win32Exception)
        {
            return "unknown";
        }
    }
}
