using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;

namespace Cluster.Api.Cli.Tests;

public sealed class ActionTests
{
    [Fact]
    public async Task Fencing_without_a_person_needs_yes()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(2, await terminal.RunAsync("fence", "n3", "--reason", "smoke"));
        Assert.Contains("--yes", terminal.Error, StringComparison.Ordinal);
        Assert.Equal(0, api.Cluster.Submitted);
        Assert.Equal(0, await terminal.RunAsync("fence", "n3", "--reason", "smoke", "--yes"));
        Assert.Contains("Fence operation 41 for n3 is open", terminal.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n3\n", 0, 1)]
    [InlineData("n2\n", 2, 0)]
    [InlineData("y\n", 2, 0)]
    [InlineData("", 2, 0)]
    public async Task A_person_types_the_nodes_name(string input, int code, int submitted)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString()) { Interactive = true, Input = input };
        Assert.Equal(code, await terminal.RunAsync("fence", "n3", "--reason", "smoke"));
        Assert.Contains("Type the node's name", terminal.Error, StringComparison.Ordinal);
        Assert.Equal(submitted, api.Cluster.Submitted);
    }

    [Fact]
    public async Task The_same_key_never_fences_twice()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string[] args = ["fence", "n3", "--reason", "smoke", "--yes", "--idempotency-key", "k", "--json"];
        var first = new Terminal(api.Address.ToString());
        var second = new Terminal(api.Address.ToString());
        Assert.Equal(0, await first.RunAsync(args));
        Assert.Equal(0, await second.RunAsync(args));
        Assert.Equal(first.Out, second.Out);
    }

    [Theory]
    [InlineData("Reboot")]
    [InlineData("Off", "--kind", "off")]
    public async Task The_kind_is_reboot_unless_it_is_given(string expected, params string[] more)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Assert.Equal(expected, await KindAsync(api, more));
    }

    [Theory]
    [InlineData("fenced", 0)]
    [InlineData("powered-on", 0)]
    [InlineData("superseded", 1)]
    public async Task Waiting_ends_when_the_operation_does_and_tells_how(string result, int code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        FenceOperationDocument closed = api.Cluster.AddOperation("n3", FenceOperationPhase.Closed);
        api.Cluster.Replace(closed with
        {
            Result = result,
            Evidence = Evidence.ObservedOff,
            Attempts =
            [
                new FenceAttemptDocument
                {
                    Number = 1,
                    Executor = "n1",
                    Level = 1,
                    Action = FenceAttemptAction.Off,
                    State = FenceAttemptState.Succeeded,
                    Evidence = Evidence.ObservedOff,
                    Detail = "read back off",
                    Device = "bmc-n3",
                    StartedAt = DateTime.UnixEpoch,
                    TookMs = 25,
                },
            ],
        });
        FenceOperationDocument open = closed with { Phase = FenceOperationPhase.SeekingEvidence };
        api.Cluster.OnSubmit = (_, _) => Task.FromResult(new CommandOutcome(OutcomeCode.Accepted, 1, open.Id, ""));
        api.Cluster.AnswerOnce(open);
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(code, await terminal.RunAsync("fence", "n3", "--reason", "smoke", "--yes", "--wait"));
        Assert.Contains($"n3: {result} (evidence: observed-off)", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("attempt 1: off by bmc-n3 from n1: done in 25 ms: read back off", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_in_vain_ends_with_1_and_says_that_it_goes_on()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(1, await terminal.RunAsync("fence", "n3", "--reason", "smoke", "--yes", "--wait", "--timeout", "1"));
        Assert.Contains("it goes on", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_humans_word_names_the_life_that_was_down_when_it_was_asked()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = cluster.Nodes[2] with { State = NodeState.Down };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        ulong incarnation = 0;
        cluster.OnSubmit = (command, _) =>
        {
            incarnation = command.FenceConfirm.Incarnation;
            cluster.OnSubmit = null;
            return cluster.SubmitAsync(command, default);
        };
        var terminal = new Terminal(api.Address.ToString()) { Interactive = true, Input = "n3\n" };
        Assert.Equal(0, await terminal.RunAsync("confirm", "n3", "--who", "Ada", "--note", "plug pulled"));
        Assert.Equal(13ul, incarnation);
        Assert.Contains("on the word of Ada", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("data is destroyed", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_humans_word_needs_a_name_and_a_confirmation()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Assert.Equal(2, await new Terminal(api.Address.ToString()).RunAsync("confirm", "n3", "--yes"));
        Assert.Equal(2, await new Terminal(api.Address.ToString()).RunAsync("confirm", "n3", "--who", "Ada"));
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task A_refusal_ends_with_1_and_in_words_or_as_the_document()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.OnSubmit = (_, _) => Task.FromResult(new CommandOutcome(OutcomeCode.WouldLoseQuorum, 1, 0, "2 of 3 would be left"));
        var words = new Terminal(api.Address.ToString());
        Assert.Equal(1, await words.RunAsync("fence", "n3", "--reason", "x", "--yes"));
        Assert.StartsWith("Quorum would be lost: ", words.Error, StringComparison.Ordinal);
        Assert.Empty(words.Out);
        var json = new Terminal(api.Address.ToString());
        Assert.Equal(1, await json.RunAsync("fence", "n3", "--reason", "x", "--yes", "--json"));
        using JsonDocument problem = JsonDocument.Parse(json.Out);
        Assert.Equal("urn:cluster:problem:would-lose-quorum", problem.RootElement.GetProperty("type").GetString());
    }

    [Fact]
    public async Task An_unknown_node_is_answered_with_those_that_there_are()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(1, await terminal.RunAsync("fence", "../n3", "--reason", "x", "--yes"));
        Assert.Contains("n1, n2, n3", terminal.Error, StringComparison.Ordinal);
    }

    private static async Task<string> KindAsync(ApiFixture api, string[] more)
    {
        string? kind = null;
        api.Cluster.OnSubmit = (command, _) =>
        {
            kind = command.FenceOpen.Kind.ToString();
            api.Cluster.OnSubmit = null;
            return api.Cluster.SubmitAsync(command, default);
        };
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync(["fence", "n3", "--reason", "other", "--yes", "--json", .. more]));
        return kind!;
    }
}
