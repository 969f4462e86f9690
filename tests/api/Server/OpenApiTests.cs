using System.Text.Json;
using Cluster.Api.Server.Tests.Support;

namespace Cluster.Api.Server.Tests;

public sealed class OpenApiTests
{
    [Fact]
    public async Task The_document_describes_every_endpoint_parameter_and_property()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonElement document = await api.GetAsync("/openapi/v1.json");
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        string[] paths = [.. document.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(
        [
            "/healthz/live", "/healthz/ready", "/metrics", "/v1/cluster", "/v1/events", "/v1/fencing/operations",
            "/v1/fencing/operations/{id}", "/v1/groups", "/v1/groups/{name}", "/v1/join", "/v1/links", "/v1/nodes", "/v1/nodes/{name}",
            "/v1/nodes/{name}/confirm-fenced", "/v1/nodes/{name}/drain", "/v1/nodes/{name}/fence", "/v1/nodes/{name}/leave", "/v1/nodes/{name}/maintenance",
            "/v1/quorum", "/v1/quorum/assemble", "/v1/quorum/simulate", "/v1/settings", "/v1/settings/history", "/v1/tokens", "/v1/tokens/{id}",
        ],
        paths);
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
            {
                Assert.True(Described(operation.Value), $"{operation.Name} {path.Name} is not described");
                if (operation.Value.TryGetProperty("parameters", out JsonElement parameters))
                {
                    Assert.All(parameters.EnumerateArray(), parameter => Assert.True(
                        Described(parameter), $"{path.Name}: parameter {parameter.GetProperty("name")} is not described"));
                }
            }
        }

        foreach (JsonProperty schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
        {
            Assert.True(Described(schema.Value), $"schema {schema.Name} is not described");
            if (schema.Value.TryGetProperty("properties", out JsonElement properties))
            {
                Assert.All(properties.EnumerateObject().Where(property => property.Name != "kind"), property => Assert.True(
                    Described(property.Value), $"property {schema.Name}.{property.Name} is not described"));
            }
        }
    }

    [Fact]
    public async Task Words_are_listed_and_problems_have_their_media_type()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonElement document = await api.GetAsync("/openapi/v1.json");
        JsonElement evidence = document.GetProperty("components").GetProperty("schemas").GetProperty("Evidence");
        Assert.Contains("observed-off", evidence.GetProperty("enum").EnumerateArray().Select(word => word.GetString()));
        JsonElement fence = document.GetProperty("paths").GetProperty("/v1/nodes/{name}/fence").GetProperty("post");
        Assert.True(fence.GetProperty("responses").GetProperty("409").GetProperty("content").TryGetProperty("application/problem+json", out _));
        Assert.Contains("Idempotency-Key", fence.GetProperty("parameters").EnumerateArray().Select(each => each.GetProperty("name").GetString()));
    }

    /// <summary>An optional object's description stands beside its type, inside a choice between it and null.</summary>
    private static bool Described(JsonElement element) =>
        (element.TryGetProperty("description", out JsonElement description) && description.GetString()!.Length > 3)
        || (element.TryGetProperty("oneOf", out JsonElement choices) && choices.EnumerateArray().Any(Described));
}
