using System.Text.Json;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Cli.Tests;

/// <summary>The life of a node with real daemons and the real command line, as an operator leads it.</summary>
public sealed class LifeTests
{
    [Fact]
    public async Task A_machine_joins_votes_follows_the_settings_leaves_and_is_removed()
    {
        await using var nodes = new ProcessNodes(3);
        await nodes.StartAsync(0, 1, 2);
        await nodes.AllUpAsync(0);
        await nodes.UntilAsync(0, "the cluster has settings", cluster => cluster.GetProperty("quorum").GetProperty("settingsVersion").GetUInt64() == 1);
        string here = $"unix:{nodes.SocketOf(0)}";
        string token = Path.Combine(nodes.Folder, "token");
        await File.WriteAllTextAsync(token, await OutAsync(here, "token", "issue", "--who", "Ada"));
        string file = Path.Combine(nodes.Folder, "joined", "n4.yaml");
        string run = Path.Combine(nodes.Folder, "j");
        Assert.Contains("admitted as node 4", await OutAsync(
            "unused:", "join", "--server", here, "--token", token, "--name", "n4", "--address", $"127.0.0.1:{FreePorts.Take(1)[0]}",
            "--data", Path.Combine(nodes.Folder, "n4-data"), "--config-out", file, "--api-listen", "127.0.0.1:0", "--run-dir", run), StringComparison.Ordinal);
        using ClusterdProcess fourth = ClusterdProcess.Start("--config", file, "--log-level", "warning");
        await fourth.ReadyAsync();
        await nodes.UntilAsync(1, "n4 is up and votes", cluster => Node(cluster, "n4") is { } node
            && node.GetProperty("state").GetString() == "up" && node.GetProperty("voting").GetBoolean());

        await OutAsync($"unix:{nodes.SocketOf(2)}", "settings", "set", "groups.ackDeadlineMs=45s", "--who", "Ada");
        string there = $"unix:{Path.Combine(run, "api.sock")}";
        await Eventually.Holds(
            async () => (await OutAsync(there, "settings", "show", "--json")).Contains("\"ackDeadlineMs\":45000", StringComparison.Ordinal), "n4 goes by the new settings");
        Assert.Contains("3 of", await SimulatedAsync(there), StringComparison.Ordinal);

        Assert.Equal(1, await new Terminal(here).RunAsync("nodes", "remove", "n4", "--yes", "--who", "Ada"));
        await OutAsync(there, "leave", "n4", "--who", "Ada");
        (int code, string error) = await fourth.EndAsync();
        Assert.True(code == 0, error);
        await nodes.UntilAsync(0, "n4 has left", cluster => Node(cluster, "n4")!.Value.GetProperty("state").GetString() == "left");
        await OutAsync(here, "nodes", "remove", "n4", "--yes", "--who", "Ada");
        await nodes.UntilAsync(2, "n4 is gone and the three vote", cluster => Node(cluster, "n4") is null && cluster.GetProperty("quorum").GetProperty("votes").GetInt32() == 3);
    }

    private static async Task<string> SimulatedAsync(string endpoint)
    {
        using JsonDocument answer = JsonDocument.Parse(await OutAsync(endpoint, "quorum", "simulate", "--json"));
        return $"{answer.RootElement.GetProperty("needed").GetInt32()} of {answer.RootElement.GetProperty("votes").GetInt32()}";
    }

    private static JsonElement? Node(JsonElement cluster, string name)
    {
        foreach (JsonElement node in cluster.GetProperty("nodes").EnumerateArray())
        {
            if (node.GetProperty("name").GetString() == name)
            {
                return node;
            }
        }

        return null;
    }

    private static async Task<string> OutAsync(string endpoint, params string[] args)
    {
        var terminal = new Terminal(endpoint);
        Assert.True(await terminal.RunAsync(args) == 0, terminal.Error);
        return terminal.Out;
    }
}
