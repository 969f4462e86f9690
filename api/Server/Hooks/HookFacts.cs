using System.Text;
using System.Text.Json;
using Cluster.Api.Contract;

namespace Cluster.Api.Server.Hooks;

/// <summary>What a hook is told of an event: the whole document on standard input, the plain facts in the environment.</summary>
internal static class HookFacts
{
    /// <summary>The CloudEvents document as one line of JSON.</summary>
    public static byte[] Input(CloudEvent source) => [.. JsonSerializer.SerializeToUtf8Bytes(source, ApiJson.Default.CloudEvent), (byte)'\n'];

    /// <summary>
    /// <c>CLUSTER_EVENT_…</c>, and each text, number or flag of the data as <c>CLUSTER_DATA_…</c>. Nothing of the daemon's own environment but the path: it may hold secrets.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Environment(CloudEvent source, ReadOnlySpan<byte> input, HookOptions options)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin",
            ["CLUSTER_NAME"] = options.Cluster,
            ["CLUSTER_NODE"] = options.Node,
            ["CLUSTER_EVENT_ID"] = source.Id,
            ["CLUSTER_EVENT_TYPE"] = source.Type,
            ["CLUSTER_EVENT_SUBJECT"] = source.Subject,
            ["CLUSTER_EVENT_TIME"] = source.Time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        };
        using JsonDocument document = JsonDocument.Parse(Encoding.UTF8.GetString(input));
        foreach (JsonProperty property in document.RootElement.GetProperty("data").EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
            {
                facts[$"CLUSTER_DATA_{Upper(property.Name)}"] = property.Value.ToString().Replace("\0", "", StringComparison.Ordinal);
            }
        }

        return facts;
    }

    /// <summary><c>silentMs</c> becomes <c>SILENT_MS</c>.</summary>
    private static string Upper(string camel)
    {
        var text = new StringBuilder();
        foreach (char each in camel)
        {
            if (char.IsAsciiLetterUpper(each))
            {
                text.Append('_');
            }

            text.Append(char.ToUpperInvariant(each));
        }

        return text.ToString();
    }
}
