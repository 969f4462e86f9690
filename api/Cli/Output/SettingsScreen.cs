using System.Globalization;
using Cluster.Api.Contract;
using Spectre.Console;

namespace Cluster.Api.Cli.Output;

/// <summary>The settings, and what a change did or would do.</summary>
internal static class SettingsScreen
{
    public static void Write(IAnsiConsole console, SettingsDocument settings)
    {
        console.MarkupLine(Screen.Text(settings.Version == 0
            ? "The cluster has no settings yet: each daemon goes by its own configuration, until all run a release that knows them."
            : string.Create(
                CultureInfo.InvariantCulture, $"version {settings.Version}, by {settings.Who}, {settings.ChangedAt:yyyy-MM-dd HH:mm:ss} UTC")));
        HashSet<string> given = [.. SettingsKeys.Flatten(settings.Given).Select(each => each.Key)];
        Screen.Table(
            console,
            ["setting", "value", ""],
            SettingsKeys.Flatten(settings.Values).Select(each => new[] { each.Key, each.Value.Length == 0 ? "-" : each.Value, given.Contains(each.Key) ? "said" : "" }));
    }

    public static void Write(IAnsiConsole console, SettingsChangeDocument change)
    {
        if (change.Changes.Count == 0)
        {
            console.MarkupLine("Nothing changes.");
            return;
        }

        console.MarkupLine(change.DryRun
            ? "[yellow]Nothing was changed.[/] This would be:"
            : string.Create(CultureInfo.InvariantCulture, $"In force as version {change.Settings.Version}:"));
        foreach (SettingChange each in change.Changes)
        {
            console.MarkupLine($"  {Screen.Text(Line(each))}");
        }
    }

    public static string Line(SettingChange change) => $"{change.Key} {Shown(change.From)} → {Shown(change.To)}";

    private static string Shown(string? value) => string.IsNullOrEmpty(value) ? "-" : value;
}
