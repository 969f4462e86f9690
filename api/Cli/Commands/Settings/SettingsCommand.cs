using System.CommandLine;
using System.Globalization;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Settings;

/// <summary><c>clusterctl settings show|set|history</c>.</summary>
internal sealed class SettingsCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        Command show = Show("show", "Show what is in force, and what was said.");
        var command = Show("settings", "Show and change the settings of the whole cluster.");
        command.Add(show);
        command.Add(Set());
        command.Add(History());
        return command;
    }

    private Command Show(string name, string description)
    {
        var command = new Command(name, description);
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            (SettingsDocument settings, string text) = await api.GetAsync("/v1/settings", ApiJson.Default.SettingsDocument, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
            }
            else
            {
                SettingsScreen.Write(console.Rich(), settings);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private Command Set()
    {
        Argument<string[]> changes = new("change")
        {
            Description = "What is to be said from now on, as 'settings show' names it: timing.profile=fast quorum.twoNode=true. Durations may be written 700ms, 1.5s, 2m.",
            HelpName = "KEY=VALUE",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string[]> reset = new("--reset")
        {
            Description = "A key, or a section such as timing, that is to be as the profile or the release has it; may be repeated.",
            HelpName = "KEY",
        };
        Option<bool> dry = new("--dry-run", "-n") { Description = "Change nothing: show what would change, or why it can't be." };
        Option<ulong?> basedOn = new("--based-on") { Description = "Refuse if another version than this is in force.", HelpName = "VERSION" };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("set", "Change settings on all nodes at once, without a restart. All that is in force afterwards is checked together.")
        {
            changes, reset, dry, basedOn, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var body = new SettingsChangeRequest
            {
                Who = CommonOptions.Who(result, who, console),
                BasedOn = result.GetValue(basedOn),
                Set = result.GetValue(changes) is { Length: > 0 } given ? SettingText.Parse(given) : null,
                Reset = result.GetValue(reset) is { Length: > 0 } keys ? keys : null,
            };
            if (body is { Set: null, Reset: null })
            {
                throw new CliException(ExitCode.Usage, "Nothing is to be changed. Give KEY=VALUE or --reset KEY; 'clusterctl settings show' lists the keys.");
            }

            using ApiClient api = common.Connect(result, console);
            (SettingsChangeDocument change, string text) = await api.SendAsync(
                HttpMethod.Patch,
                $"/v1/settings?dryRun={(result.GetValue(dry) ? "true" : "false")}",
                body,
                ApiJson.Default.SettingsChangeRequest,
                ApiJson.Default.SettingsChangeDocument,
                cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
            }
            else
            {
                SettingsScreen.Write(console.Rich(), change);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private Command History()
    {
        var command = new Command("history", "Show who changed what when, as far as events are retained.");
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            (SettingsHistory history, string text) = await api.GetAsync("/v1/settings/history", ApiJson.Default.SettingsHistory, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            Screen.Table(
                console.Rich(),
                ["version", "at (UTC)", "by", "changes"],
                history.Changes.Select(entry => new[]
                {
                    entry.Version.ToString(CultureInfo.InvariantCulture),
                    entry.At.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    entry.Who,
                    entry.Changes.Count == 0 ? "nothing" : string.Join(", ", entry.Changes.Select(SettingsScreen.Line)),
                }));
            return ExitCode.Ok;
        });
        return command;
    }
}
