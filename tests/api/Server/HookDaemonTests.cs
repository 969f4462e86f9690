using System.Text.RegularExpressions;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

/// <summary>Hooks of a real daemon, and what its file says of them.</summary>
public sealed class HookDaemonTests
{
    private const string Base = """
        cluster: demo
        node: n1
        nodes: [ { id: 1, name: n1, address: "127.0.0.1:7101" } ]
        dataDirectory: ./data
        peerTls: plain

        """;

    [Fact]
    public async Task A_daemon_runs_its_hooks_for_what_happened_while_it_was_away()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["any"]);
        string hook = folder["any/tell"];
        await File.WriteAllTextAsync(hook, $"#!/bin/sh\necho $CLUSTER_NODE $CLUSTER_EVENT_TYPE $CLUSTER_DATA_NODE >> {folder["told"]}\n");
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var nodes = new ProcessNodes(1) { Extra = $"hooks: {{ directory: {folder.Path}, timeout: 10s, atOnce: 2 }}" };
        await nodes.StartAsync(0);
        await nodes.AllUpAsync(0);
        string position = Path.Combine(nodes.DataOf(0), "data", "hooks", "any:tell");
        await Eventually.Holds(() => File.Exists(position), "the hook to have a place");

        nodes[0].Terminate();
        Assert.Equal(0, (await nodes[0].EndAsync()).Code);
        await nodes.StartAsync(0);
        await Eventually.Holds(
            () => File.Exists(folder["told"]) && File.ReadAllLines(folder["told"]) is var told
                && told.Contains("n1 cluster.node-left n1") && told.Contains("n1 cluster.node-up n1"),
            "the hook to be told of the node's end and return",
            () => File.Exists(folder["told"]) ? File.ReadAllText(folder["told"]) : "nothing was told");
        string metrics = "";
        await Eventually.Holds(
            async () => Regex.IsMatch(metrics = await nodes.GetAsync(0, "/metrics"), "cluster_hooks_runs_total\\{[^}]*\"any/tell\"[^}]*\\} [2-9]"),
            "the runs to be counted",
            () => string.Join('\n', metrics.Split('\n').Where(line => line.StartsWith("cluster_hooks", StringComparison.Ordinal))));
    }

    [Fact]
    public void The_files_keys_are_read_and_without_a_folder_there_are_none()
    {
        HookConfiguration read = Parse("hooks: { directory: ./hooks, timeout: 5s, atOnce: 2 }").Hooks!;
        Assert.Equal(new HookConfiguration("/etc/cluster/hooks", TimeSpan.FromSeconds(5), 2), read);
        Assert.Equal(new HookConfiguration("/h", TimeSpan.FromSeconds(30), 4), Parse("hooks: { directory: /h }").Hooks);
        Assert.Null(Parse("").Hooks);
    }

    [Theory]
    [InlineData("hooks: { directory: /h, timeout: 0s }", "timeout")]
    [InlineData("hooks: { directory: /h, atOnce: 0 }", "atOnce")]
    [InlineData("hooks: { directory: /h, often: 1 }", "often")]
    public void What_makes_no_sense_is_refused_by_name(string line, string key) =>
        Assert.Contains(key, Assert.Throws<ConfigurationException>(() => Parse(line)).Message, StringComparison.Ordinal);

    private static DaemonConfiguration Parse(string line) => ConfigurationFile.Parse(Base + line, "/etc/cluster/n1.yaml");
}
