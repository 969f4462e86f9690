using System.Diagnostics;
using System.Globalization;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class ProgramTests
{
    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Asked_to_go_before_a_daemon_answers_it_goes_in_order(string signal)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "lockd.dll");
        string[] arguments =
        [
            program, "--membership-socket", "/nonexistent/members.sock", "--client-socket", "/nonexistent/lockd.sock",
            "--listen", "127.0.0.1:0", "--space", "s",
        ];
        using Process lockd = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true })!;
        try
        {
            string? line = await Eventually.Ends(lockd.StandardError.ReadLineAsync(), "lockd to look for its daemon");
            Assert.Contains("/nonexistent/members.sock", line, StringComparison.Ordinal);
            using Process kill = Process.Start("kill", [$"-{signal}", lockd.Id.ToString(CultureInfo.InvariantCulture)]);
            await Eventually.Ends(lockd.WaitForExitAsync(), "lockd to end");
            Assert.Equal(0, lockd.ExitCode);
        }
        finally
        {
            lockd.Kill();
        }
    }
}
