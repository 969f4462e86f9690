using System.Net;
using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

public sealed class ReadingTests
{
    [Fact]
    public async Task The_cluster_document_holds_the_whole_state_with_words_and_utc_times()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonElement cluster = await api.GetAsync("/v1/cluster");
        Assert.Equal("test", cluster.GetProperty("cluster").GetString());
        Assert.True(cluster.GetProperty("healthy").GetBoolean());
        JsonElement node = cluster.GetProperty("nodes")[0];
        Assert.Equal("up", node.GetProperty("state").GetString());
        Assert.Equal("none", node.GetProperty("evidence").GetString());
        Assert.Equal("1970-01-01T00:00:00Z", node.GetProperty("changedAt").GetString());
        Assert.False(node.TryGetProperty("downReason", out _), "what is not there is left out, not null");
        Assert.Equal(2, cluster.GetProperty("quorum").GetProperty("majority").GetInt32());
    }

    [Fact]
    public async Task Evidence_is_written_in_kebab_case()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[2] = cluster.Nodes[2] with { State = NodeState.Fenced, Evidence = Evidence.ObservedOff };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        JsonElement node = await api.GetAsync("/v1/nodes/n3");
        Assert.Equal("observed-off", node.GetProperty("evidence").GetString());
        Assert.Equal("fenced", node.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Every_reading_endpoint_answers_json_that_is_not_to_be_stored()
    {
        var cluster = new FakeCluster();
        cluster.Groups.Add(Group("locks"));
        cluster.AddOperation("n3", FenceOperationPhase.Closed);
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        foreach (string path in new[]
        {
            "/v1/cluster", "/v1/nodes", "/v1/nodes/n1", "/v1/quorum", "/v1/fencing/operations", "/v1/fencing/operations/41", "/v1/groups",
            "/v1/groups/locks", "/v1/events", "/healthz/live", "/healthz/ready", "/openapi/v1.json",
        })
        {
            using HttpResponseMessage response = await api.Client.GetAsync(path);
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path} answered {response.StatusCode}");
            Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
            Assert.True(response.Headers.CacheControl?.NoStore, $"{path} may be stored");
            Assert.False(response.Headers.Contains("Server"));
            (await ApiFixture.JsonAsync(response)).GetRawText();
        }
    }

    [Fact]
    public async Task The_unix_socket_serves_the_same_api()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpClient client = api.SocketClient();
        Assert.Contains("\"n3\"", await client.GetStringAsync("/v1/nodes"), StringComparison.Ordinal);

        // There is no host behind a socket, so any name will do.
        Assert.Contains("\"n3\"", await client.GetStringAsync("http://any.name/v1/nodes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_tells_its_members_slots_departed_and_what_it_waits_for()
    {
        var cluster = new FakeCluster();
        cluster.Groups.Add(Group("locks") with
        {
            State = GroupState.Stopped,
            Departed = [new DepartedMemberDocument(31, 2, "n3", 13, false)],
            WaitsFor = ["fencing of n3 (authentication)"],
        });
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        JsonElement group = await api.GetAsync("/v1/groups/locks");
        Assert.Equal("stopped", group.GetProperty("state").GetString());
        Assert.Equal(2, group.GetProperty("generation").GetInt32());
        Assert.Equal(0, group.GetProperty("members")[0].GetProperty("slot").GetInt32());
        Assert.False(group.GetProperty("departed")[0].GetProperty("clean").GetBoolean());
        Assert.Equal("fencing of n3 (authentication)", group.GetProperty("waitsFor")[0].GetString());
    }

    [Fact]
    public async Task The_ledger_is_read_page_by_page()
    {
        var cluster = new FakeCluster();
        for (int at = 0; at < 5; at++)
        {
            cluster.AddOperation("n3", at == 3 ? FenceOperationPhase.SeekingEvidence : FenceOperationPhase.Closed);
        }

        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        var seen = new List<int>();
        string? next = null;
        do
        {
            JsonElement page = await api.GetAsync($"/v1/fencing/operations?limit=2{(next is null ? "" : $"&after={next}")}");
            seen.AddRange(page.GetProperty("operations").EnumerateArray().Select(each => each.GetProperty("id").GetInt32()));
            next = page.TryGetProperty("next", out JsonElement more) ? more.GetString() : null;
        }
        while (next is not null);

        Assert.Equal([41, 42, 43, 44, 45], seen);
        JsonElement open = await api.GetAsync("/v1/fencing/operations?open=true");
        Assert.Equal(44, Assert.Single(open.GetProperty("operations").EnumerateArray()).GetProperty("id").GetInt32());
    }

    [Fact]
    public async Task A_node_without_a_lease_is_live_but_not_ready_and_says_why()
    {
        var cluster = new FakeCluster { LeaseHeld = false, Leader = null };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        await api.GetAsync("/healthz/live");
        JsonElement problem = await ApiFixture.AssertProblemAsync(await api.Client.GetAsync("/healthz/ready"), 503, "not-ready");
        Assert.Contains("holds no lease", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_is_no_member_is_not_ready()
    {
        var cluster = new FakeCluster();
        cluster.Nodes[0] = cluster.Nodes[0] with { State = NodeState.Down };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        JsonElement problem = await ApiFixture.AssertProblemAsync(await api.Client.GetAsync("/healthz/ready"), 503, "not-ready");
        Assert.Contains("not a member (state: down)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loop_that_does_not_answer_is_not_live()
    {
        var cluster = new FakeCluster { ReadFault = new TimeoutException() };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        await ApiFixture.AssertProblemAsync(await api.Client.GetAsync("/healthz/live"), 503, "not-live");
    }

    private static GroupDocument Group(string name) => new()
    {
        Name = name,
        Url = $"/v1/groups/{name}",
        State = GroupState.Ready,
        Generation = 2,
        RequiredEvidence = Evidence.ObservedOff,
        Members = [new GroupMemberDocument(21, 0, "n1", 11, "127.0.0.1:7301", 2)],
        Departed = [],
        WaitsFor = [],
    };
}
