using System.Text.Json;
using Cluster.Api.Contract;
using Cluster.Api.Server.Cluster;
using Cluster.Membership.Protocol;

namespace Cluster.Api.Server.Tests;

/// <summary>Every kind of event has a document.</summary>
public sealed class EventProjectionTests
{
    public static TheoryData<string> Kinds() =>
        [.. ClusterEvent.Descriptor.Oneofs.Single(oneof => oneof.Name == "kind").Fields.Select(field => field.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_event_is_told_under_its_own_name(string kind)
    {
        CloudEvent document = EventProjection.Of(ClusterEvent.Parser.ParseJson($"{{\"{kind}\": {{}}}}"), "test");
        string name = kind.Replace('_', '-');
        Assert.Equal($"cluster.{name}", document.Type);
        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(document, ApiJson.Default.CloudEvent));
        Assert.Equal(name, json.RootElement.GetProperty("data").GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData(
        """{"nodeAdded":{"node":4,"name":"n4","addresses":["h:1"],"isArbiter":true,"labels":[{"key":"zone","value":"b"}],"who":"ann"}}""",
        "nodes/n4",
        """{"kind":"node-added","node":"n4","id":4,"addresses":["h:1"],"votes":1,"arbiter":true,"labels":{"zone":"b"},"who":"ann","epoch":9}""")]
    [InlineData("""{"nodeRemoved":{"node":4,"name":"n4"}}""", "nodes/n4", """{"kind":"node-removed","node":"n4","id":4,"epoch":9}""")]
    [InlineData(
        """{"nodeChanged":{"node":4,"name":"n4","votes":2,"maintenance":true,"draining":true}}""",
        "nodes/n4",
        """{"kind":"node-changed","node":"n4","id":4,"addresses":[],"votes":2,"maintenance":true,"draining":true,"labels":{},"epoch":9}""")]
    [InlineData(
        """{"settingsChanged":{"version":"3","who":"ann"}}""", "settings", """{"kind":"settings-changed","version":3,"who":"ann","epoch":9}""")]
    [InlineData(
        """{"votersChanged":{"voters":[1,2],"votes":[1,3],"outgoing":[1],"learners":[5]}}""",
        "quorum",
        """{"kind":"voters-changed","voters":[{"id":1,"votes":1},{"id":2,"votes":3}],"outgoing":[{"id":1,"votes":1}],"learners":[5],"epoch":9}""")]
    [InlineData("""{"clusterAssembled":{}}""", "cluster", """{"kind":"cluster-assembled","epoch":9}""")]
    public void What_an_event_says_is_in_its_document(string source, string subject, string data)
    {
        ClusterEvent told = ClusterEvent.Parser.ParseJson(source);
        told.Epoch = 9;
        CloudEvent document = EventProjection.Of(told, "test");
        Assert.Equal(subject, document.Subject);
        using JsonDocument json = JsonDocument.Parse(JsonSerializer.Serialize(document, ApiJson.Default.CloudEvent));
        Assert.Equal(data, json.RootElement.GetProperty("data").GetRawText());
    }
}
