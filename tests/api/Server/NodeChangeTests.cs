using System.Net;
using System.Text.Json;
using Cluster.Api.Server.Joining;
using Cluster.Api.Server.Tests.Support;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Tests;

public sealed class NodeChangeTests
{
    [Fact]
    public async Task A_node_is_admitted_by_an_operators_word()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.PostAsync(
            "/v1/nodes", """{"who":"Ada","name":"n4","addresses":["10.0.0.4:7101","10.1.0.4:7101"],"votes":2,"arbiter":true,"labels":{"rack":"b"}}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("/v1/nodes/n4", response.Headers.Location!.ToString());
        Command command = Assert.Single(api.Cluster.Commands);
        Assert.Equal(FeatureLevels.Membership, command.RequiredLevel);
        NodeAdd add = command.NodeAdd;
        Assert.Equal((0u, "n4", 2u, true, "Ada", ""), (add.Node, add.Name, add.Votes, add.IsArbiter, add.Who, add.Token));
        Assert.Equal(["10.0.0.4:7101", "10.1.0.4:7101"], add.Addresses);
        JsonElement node = await api.GetAsync("/v1/nodes/n4");
        Assert.Equal("b", node.GetProperty("labels").GetProperty("rack").GetString());
        Assert.False(node.GetProperty("voting").GetBoolean());
    }

    [Theory]
    [InlineData("""{"name":"n4","addresses":["a:1"]}""", "who")]
    [InlineData("""{"who":"Ada","addresses":["a:1"]}""", "name")]
    [InlineData("""{"who":"Ada","name":"N 4","addresses":["a:1"]}""", "N 4")]
    [InlineData("""{"who":"Ada","name":"n4"}""", "addresses")]
    [InlineData("""{"who":"Ada","name":"n4","addresses":[null]}""", "addresses")]
    [InlineData("""{"who":"Ada","name":"n4","addresses":["a:1"],"votes":0}""", "votes")]
    [InlineData("""{"who":"Ada","name":"n4","addresses":["a:1"],"labels":{"x":"\u001b[2J"}}""", "control characters")]
    public async Task A_node_that_can_not_be_is_refused_before_anything_is_asked_of_the_cluster(string body, string reason)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.PostAsync("/v1/nodes", body);
        JsonElement problem = await ApiFixture.AssertProblemAsync(response, 400, "invalid-body");
        Assert.Contains(reason, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task A_change_says_only_what_was_given()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage first = await api.SendAsync(HttpMethod.Patch, "/v1/nodes/n2", """{"who":"Ada","labels":{"b":"2","a":"1"}}""");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using HttpResponseMessage second = await api.SendAsync(HttpMethod.Patch, "/v1/nodes/n2", """{"who":"Ada","votes":3,"addresses":["x:1"],"maintenance":true}""");
        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        NodeConfigure labels = api.Cluster.Commands[0].NodeConfigure;
        Assert.True(labels.SetLabels);
        Assert.Equal(["a", "b"], labels.Labels.Select(label => label.Key));
        Assert.False(labels.HasVotes || labels.HasMaintenance || labels.HasDraining || labels.Addresses.Count > 0);
        NodeConfigure rest = api.Cluster.Commands[1].NodeConfigure;
        Assert.False(rest.SetLabels || rest.HasDraining);
        Assert.Equal((3u, true), (rest.Votes, rest.Maintenance));
    }

    [Theory]
    [InlineData("drain", "draining")]
    [InlineData("maintenance", "maintenance")]
    public async Task Draining_and_maintenance_begin_and_end(string verb, string property)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage on = await api.PostAsync($"/v1/nodes/n2/{verb}", """{"who":"Ada"}""");
        Assert.True((await ApiFixture.JsonAsync(on)).GetProperty(property).GetBoolean());
        using HttpResponseMessage off = await api.PostAsync($"/v1/nodes/n2/{verb}", """{"who":"Ada","on":false}""");
        Assert.False((await ApiFixture.JsonAsync(off)).GetProperty(property).GetBoolean());
        using HttpResponseMessage nobody = await api.PostAsync($"/v1/nodes/n2/{verb}", "{}");
        await ApiFixture.AssertProblemAsync(nobody, 400, "invalid-body");
        using HttpResponseMessage unknown = await api.PostAsync($"/v1/nodes/n9/{verb}", """{"who":"Ada"}""");
        await ApiFixture.AssertProblemAsync(unknown, 404, "unknown-node");
    }

    [Fact]
    public async Task Removing_a_node_needs_its_name_twice_and_somebodys_name()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage unconfirmed = await api.SendAsync(HttpMethod.Delete, "/v1/nodes/n3?who=Ada");
        await ApiFixture.AssertProblemAsync(unconfirmed, 400, "invalid-parameter");
        using HttpResponseMessage nobody = await api.SendAsync(HttpMethod.Delete, "/v1/nodes/n3?confirm=n3");
        await ApiFixture.AssertProblemAsync(nobody, 400, "invalid-body");
        Assert.Equal(0, api.Cluster.Submitted);
        using HttpResponseMessage removed = await api.SendAsync(HttpMethod.Delete, "/v1/nodes/n3?who=Ada&confirm=n3");
        Assert.Equal(HttpStatusCode.OK, removed.StatusCode);
        Assert.Equal((3u, "Ada"), (api.Cluster.Commands[0].NodeRemove.Node, api.Cluster.Commands[0].NodeRemove.Who));
    }

    [Fact]
    public async Task Only_the_node_itself_can_be_asked_to_leave()
    {
        var leaving = new LeaveOrder();
        await using ApiFixture api = await ApiFixture.StartAsync(leaving: leaving);
        using HttpResponseMessage other = await api.PostAsync("/v1/nodes/n2/leave", """{"who":"Ada"}""");
        JsonElement problem = await ApiFixture.AssertProblemAsync(other, 409, "wrong-node");
        Assert.Contains("http://127.0.0.1:7202", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.False(leaving.Asked.IsCompleted);
        using HttpResponseMessage self = await api.PostAsync("/v1/nodes/n1/leave", """{"who":"Ada"}""");
        Assert.Equal(HttpStatusCode.Accepted, self.StatusCode);
        Assert.True(leaving.Asked.IsCompleted);
        Assert.Equal(0, api.Cluster.Submitted);
    }
}
