using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;

namespace Cluster.Api.Server.Tests;

/// <summary>The examples of docs/events.md, run by real curl against a real server on a Unix socket.</summary>
public sealed partial class CurlExamplesTests
{
    private const string DocumentedSocket = "/run/cluster/api.sock";

    [Fact]
    public void Every_example_of_the_page_is_run_here()
    {
        string[] run =
        [
            .. typeof(CurlExamplesTests).GetMethods().Select(method => method.Name).Where(name => name.StartsWith("Example_", StringComparison.Ordinal))
                .Select(name => name["Example_".Length..].Split("__")[0].Replace('_', '-')).Order(StringComparer.Ordinal),
        ];
        Assert.Equal(Examples().Keys.Order(StringComparer.Ordinal), run);
        Assert.Equal(Examples().Count, Regex.Count(Page(), "```sh"));
    }

    [Fact]
    public async Task Example_snapshot__shows_the_state_and_its_position()
    {
        await using ApiFixture api = await StartAsync();
        using JsonDocument state = JsonDocument.Parse(await OutputAsync(api, "snapshot"));
        Assert.Equal("1042.1", state.RootElement.GetProperty("position").GetString());
        Assert.Equal(3, state.RootElement.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Example_follow__shows_what_happens_after_the_snapshot()
    {
        await using ApiFixture api = await StartAsync();
        await using Stream stream = Start(api, "follow");
        Assert.Equal(": ok", await stream.LineAsync());
        api.Cluster.EmitDown(1050);
        Assert.Equal("id: 1050.1", await stream.LineAsync());
        JsonElement happened = await stream.DataAsync();
        Assert.Equal(("1.0", "cluster.node-down"), (happened.GetProperty("specversion").GetString(), happened.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task Example_resume__goes_on_after_the_last_event_that_was_seen()
    {
        await using ApiFixture api = await StartAsync();
        await using Stream stream = Start(api, "resume");
        Assert.Equal(": ok", await stream.LineAsync());
        Assert.Equal("id: 1042.1", await stream.LineAsync());
        await stream.DataAsync();
        api.Cluster.EmitDown(1043);
        Assert.Equal("id: 1043.1", await stream.LineAsync());
    }

    [Fact]
    public async Task Example_page__holds_events_and_where_to_go_on()
    {
        await using ApiFixture api = await StartAsync();
        using JsonDocument page = JsonDocument.Parse(await OutputAsync(api, "page"));
        Assert.Equal(["1041.1", "1042.1"], page.RootElement.GetProperty("events").EnumerateArray().Select(each => each.GetProperty("id").GetString()));
        Assert.Equal("1042.1", page.RootElement.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Example_poll__ends_with_the_first_event()
    {
        await using ApiFixture api = await StartAsync();
        Task<string> waiting = OutputAsync(api, "poll");
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        api.Cluster.EmitDown(1043);
        using JsonDocument page = JsonDocument.Parse(await Eventually.Ends(waiting, "the poll"));
        Assert.Equal("1043.1", page.RootElement.GetProperty("next").GetString());
    }

    [Fact]
    public async Task Example_page_gap__is_told_as_gone()
    {
        await using ApiFixture api = await StartAsync();
        string answer = await OutputAsync(api, "page-gap");
        Assert.EndsWith("410", answer, StringComparison.Ordinal);
        using JsonDocument problem = JsonDocument.Parse(answer[..^3]);
        Assert.Equal("1000.2", problem.RootElement.GetProperty("trimmedThrough").GetString());
    }

    [Fact]
    public async Task Example_stream_gap__is_told_as_a_reset()
    {
        await using ApiFixture api = await StartAsync();
        await using Stream stream = Start(api, "stream-gap");
        Assert.Equal(": ok", await stream.LineAsync());
        Assert.Equal("event: reset", await stream.LineAsync());
        Assert.Equal("id: 1042.1", await stream.LineAsync());
        Assert.Equal("1000.2", (await stream.DataAsync()).GetProperty("trimmedThrough").GetString());
    }

    private static async Task<ApiFixture> StartAsync()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/curl"), "there is no curl on this machine");
        var cluster = new FakeCluster { DroppedThrough = new EventPosition(1000, 2) };
        ApiFixture api = await ApiFixture.StartAsync(cluster, ApiFixture.ShortLimits with { KeepAlive = TimeSpan.FromMinutes(1) });
        foreach (ulong index in new ulong[] { 1040, 1041, 1042 })
        {
            cluster.EmitDown(index);
        }

        return api;
    }

    private static async Task<string> OutputAsync(ApiFixture api, string example)
    {
        await using Stream stream = Start(api, example);
        return await Eventually.Ends(stream.RestAsync(), $"example {example}");
    }

    private static Stream Start(ApiFixture api, string example)
    {
        string script = Examples()[example];
        Assert.Contains(DocumentedSocket, script, StringComparison.Ordinal);
        return new Stream(script.Replace(DocumentedSocket, api.SocketPath, StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Examples() =>
        Example().Matches(Page()).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["script"].Value);

    private static string Page([CallerFilePath] string file = "") =>
        File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "../../../docs/events.md"));

    [GeneratedRegex("<!-- example: (?<name>[a-z-]+) -->\\n```sh\\n(?<script>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    /// <summary>A shell that runs an example, ended with the test at the latest.</summary>
    private sealed class Stream : IAsyncDisposable
    {
        private readonly Process _shell;

        public Stream(string script) => _shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", script]) { RedirectStandardOutput = true })!;

        /// <summary>The next line that is not empty.</summary>
        public async Task<string> LineAsync()
        {
            while (true)
            {
                string? line = await Eventually.Ends(_shell.StandardOutput.ReadLineAsync(), "a line of the stream");
                Assert.NotNull(line);
                if (line.Length > 0)
                {
                    return line;
                }
            }
        }

        public async Task<JsonElement> DataAsync()
        {
            string line = await LineAsync();
            Assert.StartsWith("data: ", line, StringComparison.Ordinal);
            using JsonDocument document = JsonDocument.Parse(line[6..]);
            return document.RootElement.Clone();
        }

        public async Task<string> RestAsync()
        {
            string text = await _shell.StandardOutput.ReadToEndAsync();
            await _shell.WaitForExitAsync();
            Assert.Equal(0, _shell.ExitCode);
            return text;
        }

        public async ValueTask DisposeAsync()
        {
            _shell.Kill(entireProcessTree: true);
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }
    }
}
