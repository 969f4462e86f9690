using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cluster.Api.Cli.Tests;

public sealed class UsageTests
{
    [Theory]
    [InlineData("frobnicate")]
    [InlineData("fence")]
    [InlineData("fence", "n3")]
    [InlineData("fence", "n3", "--reason", "x", "--kind", "explode")]
    [InlineData("status", "--what")]
    [InlineData("status", "--endpoint", "ftp://x")]
    [InlineData("status", "--endpoint", "unix:")]
    [InlineData("status", "--endpoint", "7201")]
    public async Task Wrong_usage_ends_with_2_and_says_what_is_wrong(params string[] args)
    {
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(2, await terminal.RunAsync(args));
        Assert.NotEmpty(terminal.Error);
        Assert.DoesNotContain("   at ", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_tells_the_commands_and_exit_codes()
    {
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(0, await terminal.RunAsync("--help"));
        foreach (string word in new[] { "status", "fence", "confirm", "events", "Exit codes: 0 done" })
        {
            Assert.Contains(word, terminal.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("status")]
    [InlineData("events")]
    [InlineData("events", "-f")]
    [InlineData("fence", "n3", "--reason", "x", "--yes")]
    public async Task A_daemon_that_is_not_there_ends_with_3_and_what_to_do(params string[] args)
    {
        var terminal = new Terminal($"unix:{Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N"))}");
        Assert.Equal(3, await terminal.RunAsync(args));
        Assert.Contains("there is no such socket", terminal.Error, StringComparison.Ordinal);
        Assert.Contains("--endpoint", terminal.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", terminal.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\n<html>")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("garbage\r\n\r\n")]
    public async Task Something_else_that_answers_ends_with_3(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, answer);
        var terminal = new Terminal($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        Assert.Equal(3, await terminal.RunAsync("status"));
        Assert.NotEmpty(terminal.Error);
        Assert.DoesNotContain("   at ", terminal.Error, StringComparison.Ordinal);
        await serving.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task ServeAsync(TcpListener listener, string answer)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        NetworkStream stream = client.GetStream();
        byte[] request = new byte[4096];
        Assert.NotEqual(0, await stream.ReadAsync(request));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
    }
}
