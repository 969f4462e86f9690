using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Cluster.Api.Cli.Output;

/// <summary>An event on one line: position, time, what, and its details as they are.</summary>
internal static class EventLine
{
    public static string Of(JsonElement cloudEvent)
    {
        string id = Text(cloudEvent, "id");
        string time = cloudEvent.TryGetProperty("time", out JsonElement at) && at.TryGetDateTime(out DateTime utc)
            ? utc.ToUniversalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)
            : "";
        string kind = Text(cloudEvent, "type");
        kind = kind.StartsWith("cluster.", StringComparison.Ordinal) ? kind["cluster.".Length..] : kind;
        var line = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{id,10}  {time,12}  {kind,-22}");
        if (cloudEvent.TryGetProperty("data", out JsonElement data) && data.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in data.EnumerateObject().Where(each => each.Name is not ("kind" or "epoch")))
            {
                line.Append(' ').Append(property.Name).Append('=').Append(Value(property.Value));
            }
        }

        return Words.Safe(line.ToString());
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Value(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                string text = value.GetString()!;
                return text.Length == 0 || text.Contains(' ', StringComparison.Ordinal) ? $"\"{text}\"" : text;
            case JsonValueKind.Array:
                return $"[{string.Join(' ', value.EnumerateArray().Select(Value))}]";
            case JsonValueKind.Object:
                // Members of a group: the node says most.
                return value.TryGetProperty("node", out JsonElement node) ? Value(node) : value.GetRawText();
            default:
                return value.GetRawText();
        }
    }
}
