using Cluster.Locks.UserSpace.Server;

namespace Cluster.Locks.UserSpace.Tests;

public sealed class CommandLineTests
{
    private static readonly string[] Needed = ["--membership-socket", "/m", "--client-socket", "/c", "--listen", "127.0.0.1:0", "--space", "a"];

    [Fact]
    public void All_that_is_needed_suffices_and_spaces_may_be_several() =>
        Assert.Empty(Program.Command().Parse([.. Needed, "--space", "b", "--log-level", "Debug", "--evidence", "ObservedOff"]).Errors);

    [Theory]
    [InlineData("--membership-socket")]
    [InlineData("--client-socket")]
    [InlineData("--listen")]
    [InlineData("--space")]
    public void What_is_missing_is_named(string option)
    {
        int at = Array.IndexOf(Needed, option);
        string[] rest = [.. Needed[..at], .. Needed[(at + 2)..]];
        Assert.Contains(Program.Command().Parse(rest).Errors, e => e.Message.Contains(option, StringComparison.Ordinal));
    }

    [Fact]
    public void An_address_that_is_none_is_refused()
    {
        string[] wrong = [.. Needed];
        wrong[Array.IndexOf(Needed, "--listen") + 1] = "here";
        Assert.Contains(Program.Command().Parse(wrong).Errors, e => e.Message.Contains("'here'", StringComparison.Ordinal));
    }
}
