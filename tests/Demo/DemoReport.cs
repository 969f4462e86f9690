using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.Tests.Demo;

/// <summary>The result of a demo, as <c>--report</c> writes it. The README documents the fields.</summary>
internal sealed record DemoReport
{
    public required bool Ok { get; init; }

    public required string Evidence { get; init; }

    public required bool CountersExact { get; init; }

    public required bool TokensIncreasing { get; init; }

    public required IReadOnlyList<TimelineStep> Timeline { get; init; }

    public required IReadOnlyDictionary<string, long> Operations { get; init; }

    public required IReadOnlyDictionary<string, ulong> GreatestTokens { get; init; }

    public required string StoppedNode { get; init; }

    public required bool StoppedNodeLed { get; init; }

    public required int InDoubt { get; init; }

    public required string Bmc { get; init; }

    public required IReadOnlyList<string> Problems { get; init; }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, DemoJson.Default.DemoReport) + "\n");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(DemoReport))]
internal sealed partial class DemoJson : JsonSerializerContext;
