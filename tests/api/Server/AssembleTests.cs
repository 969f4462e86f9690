using System.Net;
using System.Text.Json;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

public sealed class AssembleTests
{
    private const string Path = "/v1/quorum/assemble";

    [Fact]
    public async Task An_operators_word_goes_to_the_leader_though_there_is_no_quorum_yet()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new FakeCluster { Quorate = false, Missing = ["n3"] });
        JsonElement cluster = await api.GetAsync("/v1/cluster");
        JsonElement advice = cluster.GetProperty("attention")[0];
        Assert.Contains("waits for n3", advice.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains("clusterctl quorum assemble --force", advice.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        using HttpResponseMessage response = await api.PostAsync(Path, """{"who":"Ada","cluster":"test"}""");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Ada", Assert.Single(api.Cluster.Commands).ClusterAssemble.Who);
        Assert.Equal(0, (await ApiFixture.JsonAsync(response)).GetProperty("missing").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"who":"Ada"}""")]
    [InlineData("""{"who":"Ada","cluster":"other"}""")]
    [InlineData("""{"cluster":"test"}""")]
    public async Task It_needs_a_name_and_the_clusters_id(string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new FakeCluster { Quorate = false, Missing = ["n3"] });
        using HttpResponseMessage response = await api.PostAsync(Path, body);
        await ApiFixture.AssertProblemAsync(response, 400, "invalid-body");
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task A_quorate_cluster_waits_for_nobody_and_without_a_leader_nothing_can_be_said()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage quorate = await api.PostAsync(Path, """{"who":"Ada","cluster":"test"}""");
        await ApiFixture.AssertProblemAsync(quorate, 409, "wrong-state");
        api.Cluster.Quorate = false;
        api.Cluster.Leader = null;
        using HttpResponseMessage leaderless = await api.PostAsync(Path, """{"who":"Ada","cluster":"test"}""");
        await ApiFixture.AssertProblemAsync(leaderless, 503, "no-quorum");
        Assert.Equal(0, api.Cluster.Submitted);
    }
}
