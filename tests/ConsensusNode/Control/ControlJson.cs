using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.ConsensusNode.Control;

/// <summary>The form of requests and answers: JSON, one line each.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
public sealed partial class ControlJson : JsonSerializerContext
{
    internal static string Line(ControlRequest request) => JsonSerializer.Serialize(request, Default.ControlRequest) + "\n";

    internal static string Line(ControlAnswer answer) => JsonSerializer.Serialize(answer, Default.ControlAnswer) + "\n";
}
