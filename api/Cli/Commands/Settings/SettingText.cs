using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Settings;

/// <summary>Reads <c>timing.profile=fast quorum.twoNode=true timing.leaseMs=1.5s</c>.</summary>
internal static class SettingText
{
    private static readonly (string Unit, double Milliseconds)[] s_units = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];

    /// <exception cref="CliException">Something can't be read.</exception>
    public static SettingsValues Parse(IEnumerable<string> changes)
    {
        var root = new JsonObject();
        foreach (string change in changes)
        {
            int equals = change.IndexOf('=', StringComparison.Ordinal);
            string[] key = equals < 0 ? [] : change[..equals].Split('.');
            if (key.Length != 2)
            {
                throw new CliException(ExitCode.Usage, $"'{change}' is no setting. Write SECTION.NAME=VALUE, e.g. timing.profile=fast.");
            }

            JsonObject section = root[key[0]]?.AsObject() ?? [];
            root[key[0]] = section;
            section[key[1]] = Value(key[1], change[(equals + 1)..]);
            try
            {
                _ = root.Deserialize(ApiJson.Default.SettingsValues);
            }
            catch (JsonException)
            {
                throw new CliException(
                    ExitCode.Usage, $"'{change}' can't be read: there is no such setting, or its value is of another kind. 'clusterctl settings show' lists them.");
            }
        }

        return root.Deserialize(ApiJson.Default.SettingsValues)!;
    }

    private static JsonValue Value(string name, string text)
    {
        if (text is "true" or "false")
        {
            return JsonValue.Create(text == "true");
        }

        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return JsonValue.Create(whole);
        }

        foreach ((string unit, double milliseconds) in name.EndsWith("Ms", StringComparison.Ordinal) ? s_units : [])
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count))
            {
                return JsonValue.Create((long)Math.Ceiling(count * milliseconds));
            }
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? JsonValue.Create(number) : JsonValue.Create(text);
    }
}
