using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("/v1/nodes/n9", "unknown-node")]
    [InlineData("/v1/fencing/operations/7", "unknown-operation")]
    [InlineData("/v1/fencing/operations/xyz", "unknown-operation")]
    [InlineData("/v1/groups/none", "unknown-group")]
    [InlineData("/v1/nothing", "unknown-route")]
    [InlineData("/", "unknown-route")]
    public async Task What_is_not_there_is_a_404_that_says_what_was_asked(string path, string type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(await api.Client.GetAsync(path), 404, type);
    }

    [Fact]
    public async Task An_unknown_node_is_answered_with_those_that_there_are()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        System.Text.Json.JsonElement problem = await ApiFixture.AssertProblemAsync(
            await api.PostAsync("/v1/nodes/n9/fence", """{"reason":"x"}"""), 404, "unknown-node");
        Assert.Contains("n1, n2, n3", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_method_is_answered_with_the_right_ones()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpResponseMessage response = await api.Client.DeleteAsync("/v1/nodes/n3/fence");
        await ApiFixture.AssertProblemAsync(response, 405, "method-not-allowed");
        Assert.Contains("POST", response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"reason\"")]
    [InlineData("{\"reason\":7}")]
    [InlineData("{\"reason\":\"x\",\"kind\":\"explode\"}")]
    [InlineData("{\"reason\":\"x\",\"kind\":1}")]
    [InlineData("{\"reason\":\"x\",\"force\":true}")]
    [InlineData("{\"reason\":\"x\"} trailing")]
    public async Task A_body_that_is_not_the_expected_json_is_bad_json(string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/fence", body), 400, "bad-json");
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"reason\":null}")]
    [InlineData("{\"reason\":\"   \"}")]
    [InlineData("{\"reason\":\"two\\nlines\"}")]
    public async Task A_reason_that_is_missing_or_no_plain_text_is_refused(string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/fence", body), 400, "invalid-body");
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Fact]
    public async Task A_reason_longer_than_the_ledger_keeps_is_refused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string body = $$"""{"reason":"{{new string('x', 513)}}"}""";
        await ApiFixture.AssertProblemAsync(await api.PostAsync("/v1/nodes/n3/fence", body), 400, "invalid-body");
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task A_body_of_another_media_type_is_refused(string? type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"reason":"x"}"""));
        content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        await ApiFixture.AssertProblemAsync(await api.Client.PostAsync("/v1/nodes/n3/fence", content), 415, "unsupported-media-type");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_64_KiB_is_refused_announced_or_not(bool chunked)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/nodes/n3/fence")
        {
            Content = new StringContent($$"""{"reason":"{{new string('x', 70_000)}}"}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        await ApiFixture.AssertProblemAsync(await api.Client.SendAsync(request), 413, "body-too-large");
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Theory]
    [InlineData("/v1/fencing/operations?limit=0")]
    [InlineData("/v1/fencing/operations?limit=-1")]
    [InlineData("/v1/fencing/operations?limit=many")]
    [InlineData("/v1/fencing/operations?after=x")]
    [InlineData("/v1/fencing/operations?open=yes")]
    [InlineData("/v1/events?after=yesterday")]
    [InlineData("/v1/events?after=1.x")]
    [InlineData("/v1/events?limit=1001")]
    [InlineData("/v1/events?wait=31s")]
    [InlineData("/v1/events?wait=30")]
    [InlineData("/v1/events?wait=-1s")]
    public async Task A_parameter_that_makes_no_sense_is_named(string path)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(await api.Client.GetAsync(path), 400, "invalid-parameter");
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("tab\tinside")]
    [InlineData("")]
    public async Task An_idempotency_key_must_be_visible_ascii(string key)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await ApiFixture.AssertProblemAsync(
            await api.PostAsync("/v1/nodes/n3/fence", """{"reason":"x"}""", key), 400, "invalid-parameter");
        Assert.Equal(0, api.Cluster.Submitted);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost:7201", HttpStatusCode.OK)]
    [InlineData("node-one.example", HttpStatusCode.OK)]
    [InlineData("[::1]:7201", HttpStatusCode.OK)]
    public async Task A_host_name_of_a_stranger_is_refused(string host, HttpStatusCode status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/nodes");
        request.Headers.Host = host;
        using HttpResponseMessage response = await api.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task A_fault_of_the_program_shows_a_trace_and_no_inner_workings()
    {
        var cluster = new FakeCluster { ReadFault = new InvalidOperationException("secret inner workings") };
        await using ApiFixture api = await ApiFixture.StartAsync(cluster);
        System.Text.Json.JsonElement problem =
            await ApiFixture.AssertProblemAsync(await api.Client.GetAsync("/v1/cluster"), 500, "internal");
        Assert.DoesNotContain("secret", problem.GetRawText(), StringComparison.Ordinal);
        Assert.NotEmpty(problem.GetProperty("trace").GetString()!);
    }
}
