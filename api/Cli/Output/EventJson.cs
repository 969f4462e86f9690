using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cluster.Api.Cli.Output;

/// <summary>Reads documents without giving them a type.</summary>
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class EventJson : JsonSerializerContext;
