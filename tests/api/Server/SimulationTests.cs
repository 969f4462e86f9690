using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

public sealed class SimulationTests
{
    private const string Path = "/v1/quorum/simulate";

    [Fact]
    public async Task An_empty_question_is_about_this_cluster()
    {
        var cluster = new FakeCluster { Nodes = [FakeCluster.Node(1, "n1", NodeState.Up, 1), FakeCluster.Node(2, "n2", NodeState.Up, 1), FakeCluster.Node(3, "n3", NodeState.Down)] };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        using HttpResponseMessage response = await api.PostAsync(Path, "{}");
        JsonElement answer = await ApiFixture.JsonAsync(response);
        Assert.Equal(1, answer.GetProperty("simultaneous").GetProperty("guaranteed").GetInt32());
        JsonElement point = Assert.Single(answer.GetProperty("singlePointsOfFailure").EnumerateArray());
        Assert.Equal(("n3", "needs-human"), (point.GetProperty("node").GetString(), point.GetProperty("harm").GetString()));
        Assert.Equal(0, cluster.Submitted);
    }

    [Fact]
    public async Task A_cluster_that_is_described_is_answered_about_even_without_quorum()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new FakeCluster { Quorate = false, ReadFault = new TimeoutException() });
        using HttpResponseMessage response = await api.PostAsync(
            Path, """{"nodes":[{"name":"a"},{"name":"b"}],"twoNode":true,"favoured":"b","partition":[["a"],["b"]],"fail":["a"]}""");
        JsonElement answer = await ApiFixture.JsonAsync(response);
        Assert.Equal("by-fencing", answer.GetProperty("atOnce").GetProperty("verdict").GetString());
        Assert.Equal("b", Assert.Single(answer.GetProperty("partition").GetProperty("goesOn").EnumerateArray()).GetString());
    }

    [Theory]
    [InlineData("""{"nodes":[]}""", "no node votes")]
    [InlineData("""{"nodes":[null]}""", "has no name")]
    [InlineData("""{"nodes":[{"name":"a"}],"fail":["z"]}""", "none of the nodes (a)")]
    [InlineData("""{"nodes":[{"name":"a"}],"fail":[null]}""", "is missing or blank")]
    [InlineData("""{"nodes":[{"name":"a"}],"partition":[["a"],["a"]]}""", "twice")]
    [InlineData("""{"nodes":[{"name":"a"}],"partition":[null]}""", "is missing or blank")]
    [InlineData("""{"nodes":[{"name":"a","votes":-1}]}""", "-1 votes")]
    public async Task A_question_that_makes_no_sense_is_answered_with_the_reason(string body, string reason)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.PostAsync(Path, body);
        JsonElement problem = await ApiFixture.AssertProblemAsync(response, 400, "invalid-body");
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
