using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Cli.Tests;

public sealed class StatusTests
{
    [Fact]
    public async Task A_healthy_cluster_is_shown_and_ends_with_0()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync("status"));
        Assert.Contains("test: healthy, as n1 sees it", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("quorate: 3 of 3 votes up, 2 needed; leader n1", terminal.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^n3 +up +13 ", terminal.Out);
        Assert.DoesNotContain("What to do", terminal.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', terminal.Out);
        Assert.Empty(terminal.Error);
    }

    [Fact]
    public async Task A_node_that_could_not_be_fenced_is_shown_with_its_failure_the_stopped_group_and_what_to_do()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = FakeCluster.Node(3, "n3", NodeState.Down, 1) with { DownReason = "silent for 776 ms" };
        cluster.AddOperation("n3", FenceOperationPhase.SeekingEvidence, new FenceAttemptDocument
        {
            Number = 1,
            Executor = "n1",
            Level = 1,
            Action = FenceAttemptAction.Off,
            State = FenceAttemptState.Failed,
            Evidence = Evidence.None,
            Failure = "authentication",
            Detail = "bmc-n3: [admin] was refused\u001b[2J",
            Device = "bmc-n3",
            StartedAt = DateTime.UnixEpoch,
            TookMs = 12,
        });
        cluster.Groups.Add(new GroupDocument
        {
            Name = "locks",
            Url = "/v1/groups/locks",
            State = GroupState.Stopped,
            Generation = 4,
            RequiredEvidence = Evidence.ObservedOff,
            Members = [new GroupMemberDocument(21, 0, "n1", 11, "127.0.0.1:7301", 4)],
            Departed = [new DepartedMemberDocument(22, 1, "n3", 13, false)],
            WaitsFor = ["fencing of n3 (authentication)"],
        });
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(4, await terminal.RunAsync("status"));
        Assert.Contains("needs attention", terminal.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^n3 +down +13 .*silent for 776 ms", terminal.Out);
        Assert.Contains("fence operation 41: reboot n3, seeking-evidence, asked by operator: test", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("failed (authentication): bmc-n3: [admin] was refused?[2J", terminal.Out, StringComparison.Ordinal);
        Assert.Matches("(?m)^locks +stopped +4 +n1 +fencing of n3", terminal.Out);
        Assert.Contains("clusterctl confirm n3 --who", terminal.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', terminal.Out);
    }

    [Fact]
    public async Task Json_is_the_document_as_it_came_with_the_same_exit_code()
    {
        var cluster = new FakeCluster { Quorate = false, Leader = null };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(4, await terminal.RunAsync("status", "--json"));
        using JsonDocument document = JsonDocument.Parse(terminal.Out);
        Assert.False(document.RootElement.GetProperty("healthy").GetBoolean());
        Assert.Equal("quorum", document.RootElement.GetProperty("attention")[0].GetProperty("subject").GetString());
    }

    [Fact]
    public async Task Colours_are_for_terminals()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString()) { Colours = true };
        Assert.Equal(0, await terminal.RunAsync("status"));
        Assert.Contains("\u001b[32mhealthy", terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_narrow_terminal_loses_no_word()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString()) { Width = 60 };
        Assert.Equal(0, await terminal.RunAsync("status"));
        Assert.Contains("n3", terminal.Out, StringComparison.Ordinal);
        Assert.All(terminal.Out.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 60, line));
    }

    [Fact]
    public async Task The_unix_socket_is_an_endpoint_too_and_the_option_goes_before_the_environment()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal("http://127.0.0.1:1");
        Assert.Equal(0, await terminal.RunAsync("status", "--endpoint", $"unix:{api.SocketPath}"));
    }
}
