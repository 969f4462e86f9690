using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Cluster.Api.Server.Hooks;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;

namespace Cluster.Api.Server.Tests;

public sealed class HookTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeCluster _cluster = new();
    private readonly Lines _log = new();

    private string Told => _folder["told"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hook_is_given_the_event_as_a_document_and_its_facts_in_the_environment()
    {
        Write("node-down/50-page", $"cat > {_folder["input"]}; env > {_folder["env"]}; echo said; echo complained >&2; echo x >> {Told}");
        await using HookService service = await StartAsync("node-down/50-page");
        _cluster.EmitDown(5);
        await ToldAsync(1);
        using JsonDocument document = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["input"]));
        Assert.Equal(("5.1", "cluster.node-down"), (document.RootElement.GetProperty("id").GetString(), document.RootElement.GetProperty("type").GetString()));
        string[] environment = await File.ReadAllLinesAsync(_folder["env"]);
        Assert.Superset(
            new HashSet<string>
            {
                "CLUSTER_NAME=test", "CLUSTER_NODE=n1", "CLUSTER_EVENT_ID=5.1", "CLUSTER_EVENT_TYPE=cluster.node-down", "CLUSTER_EVENT_SUBJECT=nodes/n3",
                "CLUSTER_DATA_NODE=n3", "CLUSTER_DATA_REASON=silent", "CLUSTER_DATA_SILENT_MS=900", "CLUSTER_DATA_INCARNATION=13",
            },
            environment.ToHashSet());
        Assert.DoesNotContain(environment, line => line.StartsWith("HOME=", StringComparison.Ordinal) || line.StartsWith("DOTNET", StringComparison.Ordinal));
        await _log.UntilAsync("hook node-down/50-page for event 5.1: said");
        await _log.UntilAsync("hook node-down/50-page for event 5.1: complained");
    }

    [Fact]
    public async Task Events_come_in_order_and_only_those_of_the_kind()
    {
        Write("node-down/a", $"sleep 0.0$(( $$ % 5 )); echo $CLUSTER_EVENT_ID >> {Told}");
        Write("any/b", $"echo $CLUSTER_EVENT_TYPE >> {_folder["all"]}");
        await using HookService service = await StartAsync("node-down/a", "any/b");
        for (ulong index = 1; index <= 10; index++)
        {
            _cluster.EmitDown(index);
            _cluster.Emit(new ClusterEvent { Index = 100 + index, NodeLeft = new NodeLeftEvent { Name = "n2" } });
        }

        await ToldAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(index => $"{index}.1"), await File.ReadAllLinesAsync(Told));
        await Eventually.Holds(() => Count(_folder["all"]) == 20, "every event to reach the hook for any");
    }

    [Fact]
    public async Task A_new_hook_is_given_what_happens_from_now_on_and_one_that_is_gone_nothing()
    {
        _cluster.EmitDown(1);
        await using HookService service = Start();
        Write("node-down/a", $"echo $CLUSTER_EVENT_ID >> {Told}");
        await PlacedAsync("node-down/a");
        _cluster.EmitDown(2);
        await ToldAsync(1);
        Assert.Equal(["2.1"], await File.ReadAllLinesAsync(Told));
        File.Delete(Path.Combine(Directory, "node-down/a"));
        await _log.UntilAsync("hook node-down/a is gone");
        Assert.False(File.Exists(PositionOf("node-down/a")));
    }

    [Fact]
    public async Task After_a_restart_it_goes_on_where_it_stopped_and_repeats_the_run_that_was_cut_off()
    {
        Write("node-down/a", $"echo $CLUSTER_EVENT_ID >> {Told}; test $CLUSTER_EVENT_ID != 2.1 || test -e {_folder["go"]} || sleep 600");
        await using (HookService first = await StartAsync("node-down/a"))
        {
            _cluster.EmitDown(1);
            _cluster.EmitDown(2);
            await ToldAsync(2);
        }

        // The daemon is away; the run for 2.1 was ended with it.
        await _log.UntilAsync("hook node-down/a was cut off at event 2.1");
        _cluster.EmitDown(3);
        await File.WriteAllTextAsync(_folder["go"], "");
        await using HookService second = Start();
        await ToldAsync(4);
        Assert.Equal(["1.1", "2.1", "2.1", "3.1"], await File.ReadAllLinesAsync(Told));
    }

    [Fact]
    public async Task A_failure_is_told_and_the_next_event_is_given_all_the_same()
    {
        Write("node-down/a", $"echo $CLUSTER_EVENT_ID >> {Told}; exit 3");
        await using HookService service = await StartAsync("node-down/a");
        _cluster.EmitDown(1);
        _cluster.EmitDown(2);
        await ToldAsync(2);
        await _log.UntilAsync("hook node-down/a failed for event 1.1 (cluster.node-down): exit code 3");
    }

    [Fact]
    public async Task One_that_takes_too_long_is_ended_with_everything_it_started()
    {
        // It and its child ignore SIGTERM; the child holds the output open, too.
        Write("node-down/a", $"trap '' TERM; (trap '' TERM; echo $$ > {_folder["leader"]}; sleep 600) & echo $! > {_folder["child"]}; echo x >> {Told}; sleep 600; sleep 600");
        await using HookService service = await StartAsync(
            options => options with { Timeout = TimeSpan.FromMilliseconds(300), Grace = TimeSpan.FromMilliseconds(200) }, "node-down/a");
        _cluster.EmitDown(1);
        await ToldAsync(1);
        await _log.UntilAsync("hook node-down/a failed for event 1.1 (cluster.node-down): it took longer than 0.3 s");
        int child = int.Parse(await File.ReadAllTextAsync(_folder["child"]), CultureInfo.InvariantCulture);
        await Eventually.Holds(() => !IsRunning(child), "the hook's child to be gone");
        _cluster.EmitDown(2);
        await ToldAsync(2);
    }

    [Fact]
    public async Task A_hook_that_ends_politely_when_asked_has_time_to_do_so()
    {
        Write("node-down/a", $"trap 'echo polite >> {Told}; exit 0' TERM; echo x > {_folder["started"]}; while :; do sleep 0.01; done");
        await using HookService service = await StartAsync(
            options => options with { Timeout = TimeSpan.FromMilliseconds(300), Grace = TimeSpan.FromMinutes(1) }, "node-down/a");
        _cluster.EmitDown(1);
        await ToldAsync(1);
        Assert.Equal(["polite"], await File.ReadAllLinesAsync(Told));
    }

    [Fact]
    public async Task No_more_run_at_once_than_allowed_and_a_slow_one_delays_no_other()
    {
        for (int hook = 0; hook < 4; hook++)
        {
            Write($"node-down/{hook}", $"echo in >> {Told}; until test -e {_folder["go"]}; do sleep 0.01; done; echo out >> {Told}");
        }

        await using HookService service = await StartAsync(
            options => options with { AtOnce = 2 }, "node-down/0", "node-down/1", "node-down/2", "node-down/3");
        _cluster.EmitDown(1);
        await ToldAsync(2);
        await Task.Delay(200);
        Assert.Equal(["in", "in"], await File.ReadAllLinesAsync(Told));
        await File.WriteAllTextAsync(_folder["go"], "");
        await ToldAsync(8);
    }

    [Fact]
    public async Task Output_is_bounded_and_a_hook_that_does_not_read_is_run_too()
    {
        Write("node-down/a", $"exec <&-; i=0; while test $i -lt 3000; do echo line $i; i=$((i+1)); done; printf 'a\\033b\\n'; echo x >> {Told}");
        await using HookService service = await StartAsync(options => options with { OutputLines = 5 }, "node-down/a");
        _cluster.EmitDown(1);
        await ToldAsync(1);
        await _log.UntilAsync("(2996 more lines)");
        Assert.Equal(5, _log.All.Count(line => line.Contains(": line ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("node-down")]
    [InlineData("node-down/a")]
    public async Task What_everybody_may_write_is_not_run_until_that_is_mended(string what)
    {
        Write("node-down/a", $"echo $CLUSTER_EVENT_ID >> {Told}");
        string path = Path.GetFullPath(Path.Combine(Directory, what));
        UnixFileMode sound = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, sound | UnixFileMode.OtherWrite);
        await using HookService service = Start();
        await _log.UntilAsync("can be written by everybody");
        _cluster.EmitDown(1);
        Assert.Empty(new HookPositions(_folder["positions"]).Files());
        File.SetUnixFileMode(path, sound);
        await PlacedAsync("node-down/a");
        _cluster.EmitDown(2);
        await ToldAsync(1);
        Assert.Equal(["2.1"], await File.ReadAllLinesAsync(Told));
    }

    [Fact]
    public async Task What_belongs_to_somebody_else_is_not_run()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        Write("node-down/a", $"echo x >> {Told}");
        using (Process chown = Process.Start("chown", ["nobody", Path.Combine(Directory, "node-down/a")]))
        {
            await chown.WaitForExitAsync();
        }

        await using HookService service = Start();
        await _log.UntilAsync("hook node-down/a is not run");
        Assert.Contains(_log.All, line => line.Contains("give it to root", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_that_became_writable_by_everybody_since_is_not_run()
    {
        Write("node-down/a", $"echo x >> {Told}");
        await using HookService service = await StartAsync(options => options with { RescanEvery = TimeSpan.FromHours(1) }, "node-down/a");
        File.SetUnixFileMode(Path.Combine(Directory, "node-down/a"), Executable | UnixFileMode.OtherWrite);
        _cluster.EmitDown(1);
        await _log.UntilAsync("can be written by everybody");
        Assert.False(File.Exists(Told));
    }

    [Fact]
    public void A_folder_that_is_named_after_no_event_is_told_and_what_is_no_hook_is_left_alone()
    {
        Write("node-dwon/a", "");
        Write("node-down/.hidden", "");
        Write("node-down/a~", "");
        Write("node-down/readme", "");
        File.SetUnixFileMode(Path.Combine(Directory, "node-down/readme"), UnixFileMode.UserRead);
        (IReadOnlyList<Hook> hooks, IReadOnlyList<string> complaints) = HookFolder.Scan(Directory);
        Assert.Empty(hooks);
        Assert.Contains("'node-dwon'", Assert.Single(complaints), StringComparison.Ordinal);
        Assert.Contains("there is no folder", Assert.Single(HookFolder.Scan(_folder["nowhere"]).Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_are_gone_are_told_and_it_goes_on_with_what_there_is()
    {
        Write("node-down/a", $"echo $CLUSTER_EVENT_ID >> {Told}");
        await using (HookService first = await StartAsync("node-down/a"))
        {
            _cluster.EmitDown(1);
            await Eventually.Holds(() => File.ReadAllText(PositionOf("node-down/a")).Trim() == "1.1", "the run to be noted");
        }

        _cluster.DroppedThrough = new EventPosition(50, 3);
        _cluster.EmitDown(51);
        await using HookService second = Start();
        await ToldAsync(2);
        Assert.Equal(["1.1", "51.1"], await File.ReadAllLinesAsync(Told));
        await _log.UntilAsync("hook node-down/a was not run for events after 1.1 up to 50.3");
    }

    [Fact]
    public async Task A_file_that_can_not_be_started_is_told()
    {
        Write("node-down/a", "");
        await File.WriteAllTextAsync(Path.Combine(Directory, "node-down/a"), "#!/no/such/interpreter\n");
        await using HookService service = await StartAsync("node-down/a");
        _cluster.EmitDown(1);
        await _log.UntilAsync("hook node-down/a failed for event 1.1");
    }

    [Fact]
    public async Task The_pages_example_is_a_hook_and_names_the_kinds_that_there_are()
    {
        string page = await File.ReadAllTextAsync(Path.Combine(Root(), "docs/hooks.md"));
        string script = Regex.Match(page, "<<'EOF'\\n(?<script>.*?)EOF", RegexOptions.Singleline).Groups["script"].Value;
        Write("node-down/50-page", "");
        await File.WriteAllTextAsync(Path.Combine(Directory, "node-down/50-page"), script);
        await using HookService service = await StartAsync("node-down/50-page");
        _cluster.EmitDown(1);
        await _log.UntilAsync("hook node-down/50-page for event 1.1: n3 is down: silent");
        string events = await File.ReadAllTextAsync(Path.Combine(Root(), "docs/events.md"));
        Assert.All(
            HookFolder.Kinds.Except([Hook.AnyKind, "unknown"]),
            kind => Assert.Contains($"`{kind}`", events, StringComparison.Ordinal));
    }

    private string Directory => _folder["hooks"];

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    private static int Count(string path) => File.Exists(path) ? File.ReadAllLines(path).Length : 0;

    private static bool IsRunning(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string PositionOf(string hook) => new HookPositions(_folder["positions"]).PathOf(new Hook(hook, "", ""));

    private Task ToldAsync(int lines) => Eventually.Holds(() => Count(Told) >= lines, $"{lines} lines told", () => string.Join("\n", _log.All));

    private Task PlacedAsync(string hook) => Eventually.Holds(() => File.Exists(PositionOf(hook)), $"{hook} to have a place", () => string.Join("\n", _log.All));

    private void Write(string hook, string script)
    {
        string path = Path.Combine(Directory, hook);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Beside and renamed: the file is never seen half written, nor while it is open for writing, when it could not be run.
        string beside = Path.Combine(_folder.Path, "beside");
        File.WriteAllText(beside, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(beside, Executable);
        File.Move(beside, path, overwrite: true);
    }

    private async Task<HookService> StartAsync(params string[] hooks) => await StartAsync(options => options, hooks);

    private async Task<HookService> StartAsync(Func<HookOptions, HookOptions> change, params string[] hooks)
    {
        HookService service = Start(change);
        foreach (string hook in hooks)
        {
            await PlacedAsync(hook);
        }

        return service;
    }

    private HookService Start(Func<HookOptions, HookOptions>? change = null)
    {
        var options = new HookOptions
        {
            Directory = Directory,
            PositionDirectory = _folder["positions"],
            Cluster = "test",
            Node = "n1",
            RescanEvery = TimeSpan.FromMilliseconds(20),
            Grace = TimeSpan.FromMilliseconds(200),
        };
        return new HookService(_cluster, change?.Invoke(options) ?? options, _log);
    }

    /// <summary>A log that is kept.</summary>
    private sealed class Lines : ILogger
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public IReadOnlyList<string> All
        {
            get
            {
                lock (_gate)
                {
                    return [.. _lines];
                }
            }
        }

        public Task UntilAsync(string part) => Eventually.Holds(
            () => All.Any(line => line.Contains(part, StringComparison.Ordinal)), $"the log to say '{part}'", () => string.Join("\n", All));

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_gate)
            {
                _lines.Add(formatter(state, exception));
            }
        }
    }
}
