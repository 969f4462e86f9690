using System.Text.Json.Serialization;

namespace Cluster.Api.Cli.Joining;

/// <summary>Writes strings as JSON.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class CliJson : JsonSerializerContext;
