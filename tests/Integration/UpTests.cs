using System.Diagnostics;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support;

namespace Cluster.Integration.Tests;

/// <summary>The development cluster as a user starts and stops it.</summary>
public class UpTests
{
    [Theory]
    [InlineData("INT", false)]
    [InlineData("INT", true)]
    [InlineData("HUP", true)]
    public async Task Stopping_it_at_any_moment_leaves_no_process_and_no_file(string signal, bool formed)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using TemporaryFolder temporary = new();
        ProcessStartInfo start = new(RepositoryLayout.Program("tests/Demo", "cluster-demo"), ["up"]) { RedirectStandardOutput = true };
        start.Environment["TMPDIR"] = temporary.Path;
        using Process up = Process.Start(start)!;
        if (formed)
        {
            string? line;
            do
            {
                line = await up.StandardOutput.ReadLineAsync(cancellation);
            }
            while (line is not null && !line.Contains("Ctrl-C", StringComparison.Ordinal));
            Assert.NotNull(line);
        }
        else
        {
            await Eventually.Holds(() => Directory.EnumerateDirectories(temporary.Path, "cluster-up-*").Any(), "it has begun");
        }

        using (Process kill = Process.Start("bash", ["-c", $"kill -{signal} {up.Id}"]))
        {
            await kill.WaitForExitAsync(cancellation);
        }

        await Eventually.Ends(up.WaitForExitAsync(cancellation), "it ends");
        Assert.Equal(0, up.ExitCode);
        Assert.Empty(Directory.EnumerateDirectories(temporary.Path, "cluster-up-*"));
        await Eventually.Holds(() => !AnyProcessIn(temporary.Path), "no process of it is left");
    }

    /// <summary>Whether a process works in the folder, as all of a node's do, or names it in its command line, as the BMCs do.</summary>
    private static bool AnyProcessIn(string folder) => Directory.EnumerateDirectories("/proc", "*").Where(each => char.IsDigit(each[6])).Any(each =>
    {
        try
        {
            return (new FileInfo(Path.Combine(each, "cwd")).LinkTarget?.StartsWith(folder, StringComparison.Ordinal) ?? false)
                || File.ReadAllText(Path.Combine(each, "cmdline")).Contains(folder, StringComparison.Ordinal);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    });
}
