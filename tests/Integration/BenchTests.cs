using System.Text.Json;
using Cluster.Tests.DevCluster;
using Cluster.Tests.Support;
using Cluster.Tests.Support.Network;

namespace Cluster.Integration.Tests;

/// <summary>The benchmark program as a user runs it, only quickly: that it measures, not what.</summary>
public class BenchTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task The_consensus_benchmark_measures_every_part_and_writes_it_down()
    {
        using TemporaryFolder folder = new();
        string program = RepositoryLayout.Program("tests/Benchmarks", "cluster-bench");
        string[] arguments = ["consensus", "--quick", "--no-etcd", "--json", folder["report.json"]];

        ProcessResult result = await ProcessRunner.RunAsync(program, arguments, s_limit);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"], TestContext.Current.CancellationToken));
        JsonElement root = report.RootElement;
        Assert.Equal(1, root.GetProperty("schema").GetInt32());
        Assert.True(root.GetProperty("raw").GetProperty("sync").GetProperty("p50Us").GetDouble() > 0);
        foreach (JsonElement load in root.GetProperty("loads").EnumerateArray())
        {
            Assert.True(load.GetProperty("commitsPerSecond").GetDouble() > 0, load.ToString());
        }

        Assert.Single(root.GetProperty("failover").GetProperty("ms").EnumerateArray());
        Assert.True(root.GetProperty("snapshot").GetProperty("transferSeconds").GetDouble() > 0);
        Assert.True(root.GetProperty("open").GetProperty("entries").GetInt32() > 0);
        Assert.Contains("1 proposer, p50", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_detection_benchmark_measures_both_profiles_and_writes_it_down()
    {
        Assert.SkipWhen(NamespaceNetwork.Missing is not null, NamespaceNetwork.Missing ?? "");
        using TemporaryFolder folder = new();
        string program = RepositoryLayout.Program("tests/Benchmarks", "cluster-bench");
        string[] arguments = ["detection", "--quick", "--only", "cluster,kills,idle", "--json", folder["report.json"]];

        ProcessResult result = await ProcessRunner.RunAsync(program, arguments, s_limit);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"], TestContext.Current.CancellationToken));
        JsonElement[] rows = [.. report.RootElement.GetProperty("detection").EnumerateArray()];
        Assert.Equal(4, rows.Length);

        // No life can be declared over before its lease is: 200 ms in the faster profile.
        Assert.All(rows, row => Assert.True(row.GetProperty("worstMs").GetDouble() > 100, row.ToString()));
    }

    [Fact]
    public async Task The_scale_benchmark_measures_every_part_and_declares_nobody_down_that_lives()
    {
        using TemporaryFolder folder = new();
        string program = RepositoryLayout.Program("tests/Benchmarks", "cluster-bench");

        ProcessResult result = await ProcessRunner.RunAsync(program, ["scale", "--quick", "--json", folder["report.json"]], s_limit);

        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        using JsonDocument report = JsonDocument.Parse(await File.ReadAllTextAsync(folder["report.json"], TestContext.Current.CancellationToken));
        JsonElement root = report.RootElement;
        Assert.Equal(0, root.GetProperty("memory").GetProperty("falseDowns").GetInt32());
        Assert.Equal(49, root.GetProperty("memory").GetProperty("memberDeath").GetProperty("count").GetInt32());
        Assert.Equal(0, root.GetProperty("fanOut").GetProperty("missed").GetInt64());
        Assert.Equal(4, root.GetProperty("processes").GetProperty("death").GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task An_option_that_is_not_known_is_refused_with_the_list_of_those_that_are()
    {
        string program = RepositoryLayout.Program("tests/Benchmarks", "cluster-bench");

        ProcessResult result = await ProcessRunner.RunAsync(program, ["consensus", "--fast"], s_limit);

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--fast is not known", result.Error, StringComparison.Ordinal);
        Assert.Contains("--quick", result.Error, StringComparison.Ordinal);
    }
}
