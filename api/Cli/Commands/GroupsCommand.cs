using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl groups [NAME]</c>: who is in them, and what they wait for.</summary>
internal sealed class GroupsCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        Argument<string?> name = new("group") { Description = "Only this group, with its members.", HelpName = "GROUP", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("groups", "Show the groups (lock spaces): members, generation, and what they wait for.") { name };
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            bool json = result.GetValue(common.Json);
            string text;
            if (result.GetValue(name) is { } one)
            {
                (GroupDocument group, text) = await api.GetAsync(
                    $"/v1/groups/{Uri.EscapeDataString(one)}", ApiJson.Default.GroupDocument, cancellation).ConfigureAwait(false);
                Write(json, () => GroupsScreen.Write(console.Rich(), group));
            }
            else
            {
                (GroupList list, text) = await api.GetAsync("/v1/groups", ApiJson.Default.GroupList, cancellation).ConfigureAwait(false);
                Write(json, () => GroupsScreen.Write(console.Rich(), list.Groups));
            }

            if (json)
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(bool json, Action screen)
    {
        if (!json)
        {
            screen();
        }
    }
}
