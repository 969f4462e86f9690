using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Cli.Tests;

public sealed class SimulateTests
{
    private const string Nowhere = "unix:/nonexistent/api.sock";

    [Fact]
    public async Task A_cluster_that_might_be_needs_no_daemon()
    {
        var terminal = new Terminal(Nowhere);
        Assert.Equal(0, await terminal.RunAsync("quorum", "simulate", "--nodes", "n1,n2,n3,n4,n5", "--last-man-standing", "--fail", "n1,n2,n3", "--partition", "n1,n2/n3,n4,n5"));
        Assert.Contains("5 voters, 5 votes, 3 needed; last man standing", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("any 2 voters", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("any 3 voters", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("it stops: no quorum (2 of 3 votes needed)", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("n3: it goes on (2 of 2 votes needed)", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("n1 n2 | n3 n4 n5: n3 n4 n5 go on", terminal.Out, StringComparison.Ordinal);
        Assert.Contains("more; --json has them all", terminal.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_running_cluster_is_asked_when_no_nodes_are_given()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync("quorum", "simulate", "--from-cluster", "--two-node", "--json"));
        QuorumSimulationDocument answer = JsonSerializer.Deserialize(terminal.Out, ApiJson.Default.QuorumSimulationDocument)!;
        Assert.Equal(3, answer.Voters);
        Assert.True(answer.TwoNode);
        Assert.False(answer.LastManStanding);
        Assert.Equal(3, await new Terminal(Nowhere).RunAsync("quorum", "simulate"));
    }

    [Fact]
    public async Task Votes_arbiters_and_missing_devices_are_written_behind_the_name()
    {
        var terminal = new Terminal(Nowhere);
        Assert.Equal(0, await terminal.RunAsync("quorum", "simulate", "--nodes", "n1=2:unfenced,n2,q=3:arbiter:unfenced,late:learner", "--json"));
        SimulatedNode[] nodes = [.. JsonSerializer.Deserialize(terminal.Out, ApiJson.Default.QuorumSimulationDocument)!.Nodes];
        Assert.Equal(
        [
            ("n1", 2, false, false), ("n2", 1, false, true), ("q", 3, true, false), ("late", 1, false, true),
        ],
        nodes.Select(node => (node.Name, node.Votes!.Value, node.Arbiter!.Value, node.CanBeFenced!.Value)));
    }

    [Theory]
    [InlineData("'n1=x' can't be read", "--nodes", "n1=x")]
    [InlineData("none of 'arbiter', 'learner' and 'unfenced'", "--nodes", "n1:abriter")]
    [InlineData("given twice", "--nodes", "n1,n1")]
    [InlineData("none of the nodes", "--nodes", "n1", "--fail", "n2")]
    [InlineData("contradict", "--nodes", "n1", "--from-cluster")]
    public async Task What_makes_no_sense_ends_with_2_and_the_reason(string reason, params string[] options)
    {
        var terminal = new Terminal(Nowhere);
        Assert.Equal(2, await terminal.RunAsync(["quorum", "simulate", .. options]));
        Assert.Contains(reason, terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quorum_is_shown_on_one_line_and_its_loss_ends_with_4()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync("quorum"));
        Assert.StartsWith("quorate: 3 of 3 votes up, 2 needed; leader n1", terminal.Out, StringComparison.Ordinal);
        api.Cluster.Quorate = false;
        Assert.Equal(4, await new Terminal(api.Address.ToString()).RunAsync("quorum"));
    }
}
