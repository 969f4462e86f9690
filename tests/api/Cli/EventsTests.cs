using System.Text.Json;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;

namespace Cluster.Api.Cli.Tests;

public sealed class EventsTests
{
    [Fact]
    public async Task Events_are_shown_a_line_each_in_order()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        api.Cluster.EmitDown(6);
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(0, await terminal.RunAsync("events"));
        string[] lines = terminal.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Matches("^ +5\\.1 +22:13:20\\.123 +node-down +node=n3 incarnation=13 reason=silent silentMs=900$", lines[0]);
    }

    [Fact]
    public async Task All_pages_are_read_and_a_position_begins_in_the_middle()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        for (ulong index = 1; index <= 1500; index++)
        {
            api.Cluster.EmitDown(index);
        }

        var all = new Terminal(api.Address.ToString());
        Assert.Equal(0, await all.RunAsync("events", "--json"));
        string[] lines = all.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, 1500).Select(index => $"{index}.1"), lines.Select(Id));
        var rest = new Terminal(api.Address.ToString());
        Assert.Equal(0, await rest.RunAsync("events", "--after", "1498.1", "--json"));
        Assert.Equal(["1499.1", "1500.1"], rest.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Id));
    }

    [Fact]
    public async Task A_position_that_is_trimmed_is_told()
    {
        var cluster = new FakeCluster { DroppedThrough = new EventPosition(9, 1) };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        var terminal = new Terminal(api.Address.ToString());
        Assert.Equal(1, await terminal.RunAsync("events", "--after", "2.1"));
        Assert.Contains("not retained any more", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Following_goes_on_with_events_as_they_come()
    {
        ApiFixture api = await ApiFixture.StartAsync();
        api.Cluster.EmitDown(5);
        var terminal = new Terminal(api.Address.ToString());
        Task<int> following = terminal.RunAsync("events", "-f", "--json");
        await Eventually.Holds(() => terminal.Out.Contains("5.1", StringComparison.Ordinal), "the first event is shown");
        api.Cluster.EmitDown(6);
        await Eventually.Holds(() => terminal.Out.Contains("6.1", StringComparison.Ordinal), "the second event is shown");

        // The daemon goes away: it is told, and tried again until the user gives up.
        await api.DisposeAsync();
        await Eventually.Holds(() => terminal.Error.Contains("trying again", StringComparison.Ordinal), "the broken stream is told");
        Assert.False(following.IsCompleted);
    }

    private static string Id(string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("id").GetString()!;
    }
}
