using System.Net;
using System.Text;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

/// <summary>Whatever is thrown at the API, it answers with a problem, not with a fault, and changes nothing. Each seed repeats exactly.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Fragments =
    [
        "v1", "nodes", "n1", "n3", "fence", "confirm-fenced", "events", "fencing", "operations", "groups", "cluster", "..", ".", "%2e%2e", "%00",
        "%ff", "{name}", "41", "18446744073709551616", "-1", "healthz", "live", "metrics", "openapi", "v1.json", "ü", "%F0%9F%98%80", "a b", "'", "\"", ";",
    ];

    private static readonly string[] Queries =
        ["", "?after=1.1", "?after=%00", "?limit=1&limit=2", "?wait=-1s", "?wait=1", "?after=now&wait=0s", "?open", "?after=99999999999999999999", "?=&&"];

    private static readonly string[] Bodies =
    [
        "", "{}", "[]", "null", "{\"reason\":", "{\"reason\":{}}", "{\"reason\":\"\\ud800\"}", "{\"kind\":\"off\"}", "{\"who\":\"x\",\"node\":\"n1\"}",
        "{\"reason\":\"x\",\"reason\":7}", "\u0000\u0001", "{\"node\":\"n3\"}", "\"\"", "1e999", "{\"incarnation\":-1,\"who\":\"x\",\"node\":\"n3\"}",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Nothing_that_is_thrown_at_it_makes_it_fail_or_change_anything(int seed)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var random = new Random(seed);
        HttpMethod[] methods = [HttpMethod.Get, HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete, HttpMethod.Patch, HttpMethod.Head, HttpMethod.Options, new("BREW")];
        for (int round = 0; round < 300; round++)
        {
            using HttpRequestMessage request = Make(random, methods[random.Next(methods.Length)]);
            using HttpResponseMessage response = await api.Client.SendAsync(request);
            string what = $"seed {seed}, round {round}: {request.Method} {request.RequestUri}";
            Assert.True((int)response.StatusCode < 500, $"{what} answered {response.StatusCode}");
            if ((int)response.StatusCode >= 400 && request.Method != HttpMethod.Head && response.Content.Headers.ContentLength > 0)
            {
                Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what} answered no problem document");
            }
        }

        Assert.Equal(0, api.Cluster.Submitted);
        using HttpResponseMessage after = await api.Client.GetAsync("/v1/cluster");
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public async Task Random_bytes_as_a_body_are_bad_json_and_change_nothing(int seed)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var random = new Random(seed);
        for (int round = 0; round < 100; round++)
        {
            byte[] bytes = new byte[random.Next(1, 300)];
            random.NextBytes(bytes);
            var content = new ByteArrayContent(bytes);
            content.Headers.ContentType = new("application/json");
            string verb = round % 2 == 0 ? "fence" : "confirm-fenced";
            using HttpResponseMessage response = await api.Client.PostAsync($"/v1/nodes/n3/{verb}", content);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }

        Assert.Equal(0, api.Cluster.Submitted);
    }

    private static HttpRequestMessage Make(Random random, HttpMethod method)
    {
        var path = new StringBuilder();
        int parts = random.Next(1, 6);
        for (int at = 0; at < parts; at++)
        {
            path.Append('/').Append(Fragments[random.Next(Fragments.Length)]);
        }

        path.Append(Queries[random.Next(Queries.Length)]);
        var request = new HttpRequestMessage(method, new Uri(path.ToString(), UriKind.Relative));
        if (method != HttpMethod.Get && method != HttpMethod.Head)
        {
            request.Content = new StringContent(
                Bodies[random.Next(Bodies.Length)], Encoding.UTF8, random.Next(3) == 0 ? "text/plain" : "application/json");
        }

        if (random.Next(4) == 0)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", new string('k', random.Next(0, 300)));
            request.Headers.TryAddWithoutValidation("Last-Event-ID", "x");
        }

        return request;
    }
}
