using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cluster.Api.Contract;

/// <summary>Settings as a list of names and values: <c>timing.leaseMs = 700</c>.</summary>
public static class SettingsKeys
{
    /// <summary>Every value that is said, in the order in which they are declared.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Flatten(SettingsValues values)
    {
        var all = new List<KeyValuePair<string, string>>();
        JsonNode root = JsonSerializer.SerializeToNode(values, ApiJson.Default.SettingsValues)!;
        foreach ((string section, JsonNode? content) in root.AsObject())
        {
            foreach ((string name, JsonNode? value) in content?.AsObject() ?? [])
            {
                all.Add(new KeyValuePair<string, string>($"{section}.{name}", value!.ToString()));
            }
        }

        return all;
    }

    /// <summary>The values that differ.</summary>
    public static IReadOnlyList<SettingChange> Differences(SettingsValues before, SettingsValues after)
    {
        Dictionary<string, string> old = Flatten(before).ToDictionary();
        IReadOnlyList<KeyValuePair<string, string>> now = Flatten(after);
        HashSet<string> there = [.. now.Select(each => each.Key)];
        return
        [
            .. now.Where(each => old.GetValueOrDefault(each.Key) != each.Value)
                .Select(each => new SettingChange(each.Key, old.GetValueOrDefault(each.Key), each.Value)),
            .. old.Where(each => !there.Contains(each.Key)).Select(each => new SettingChange(each.Key, each.Value, null)),
        ];
    }

    /// <summary>Takes what is said no more out of settings.</summary>
    /// <param name="given">The settings.</param>
    /// <param name="keys">Names such as <c>timing.leaseMs</c>, or whole sections such as <c>timing</c>.</param>
    /// <param name="unknown">The first of them that is no name of a setting; null when all are.</param>
    public static SettingsValues Without(SettingsValues given, IEnumerable<string> keys, out string? unknown)
    {
        unknown = null;
        JsonObject root = JsonSerializer.SerializeToNode(given, ApiJson.Default.SettingsValues)!.AsObject();
        foreach (string key in keys)
        {
            string[] parts = (key ?? "").Split('.');
            if (!IsKnown(parts))
            {
                unknown = key ?? "";
                return given;
            }

            if (parts.Length == 1)
            {
                root.Remove(parts[0]);
            }
            else
            {
                root[parts[0]]?.AsObject().Remove(parts[1]);
            }
        }

        return root.Deserialize(ApiJson.Default.SettingsValues)!;
    }

    /// <summary>Says more: what both say is as <paramref name="more"/> says it.</summary>
    public static SettingsValues With(SettingsValues given, SettingsValues more)
    {
        JsonObject root = JsonSerializer.SerializeToNode(given, ApiJson.Default.SettingsValues)!.AsObject();
        foreach ((string section, JsonNode? content) in JsonSerializer.SerializeToNode(more, ApiJson.Default.SettingsValues)!.AsObject())
        {
            JsonObject into = root[section]?.AsObject() ?? [];
            root[section] = into;
            foreach ((string name, JsonNode? value) in content!.AsObject())
            {
                into[name] = value!.DeepClone();
            }
        }

        return root.Deserialize(ApiJson.Default.SettingsValues)!;
    }

    private static bool IsKnown(string[] parts)
    {
        if (parts.Length is not (1 or 2) || ApiJson.Default.SettingsValues.Properties.FirstOrDefault(each => each.Name == parts[0]) is not { } section)
        {
            return false;
        }

        return parts.Length == 1
            || ApiJson.Default.GetTypeInfo(section.PropertyType)!.Properties.Any(each => each.Name == parts[1]);
    }
}
