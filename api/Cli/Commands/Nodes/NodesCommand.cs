using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Nodes;

/// <summary><c>clusterctl nodes</c>: who is on the list, and who comes and goes.</summary>
internal sealed class NodesCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        var command = new Command("nodes", "Show the nodes; admit, change, replace and remove them.")
        {
            Show(),
            Add(),
            Set(),
            Replace(),
            Remove(),
        };
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            (NodeList list, string text) = await api.GetAsync("/v1/nodes", ApiJson.Default.NodeList, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
            }
            else
            {
                NodesScreen.Write(console.Rich(), list.Nodes);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private Command Show()
    {
        Argument<string> name = NodeOptions.Name();
        var command = new Command("show", "Show all that is known of one node.") { name };
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            (NodeDocument node, string text) = await api.GetAsync(
                PathOf(result.GetRequiredValue(name)), ApiJson.Default.NodeDocument, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
            }
            else
            {
                NodesScreen.Write(console.Rich(), node);
            }

            return ExitCode.Ok;
        });
        return command;
    }

    private Command Add()
    {
        Argument<string> name = NodeOptions.Name();
        Option<string[]> addresses = NodeOptions.Addresses(required: true);
        Option<string[]> labels = NodeOptions.Labels();
        Option<bool> arbiter = NodeOptions.Arbiter();
        Option<uint?> votes = new("--votes") { Description = "What its vote counts once it votes; otherwise 1.", HelpName = "N" };
        Option<uint?> id = new("--id") { Description = "Its number, never used before; otherwise the next that is free.", HelpName = "N" };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("add", "Admit a node. Its daemon joins when it is started; 'join' does both ends with a token.")
        {
            name, addresses, labels, arbiter, votes, id, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var body = new NodeAddRequest
            {
                Who = CommonOptions.Who(result, who, console),
                Name = result.GetRequiredValue(name),
                Addresses = result.GetRequiredValue(addresses),
                Id = result.GetValue(id),
                Votes = result.GetValue(votes),
                Arbiter = result.GetValue(arbiter) ? true : null,
                Labels = NodeOptions.LabelsOf(result.GetValue(labels)),
            };
            using ApiClient api = common.Connect(result, console);
            (NodeDocument node, string text) = await AddAsync(api, body, cancellation).ConfigureAwait(false);
            return await TellAsync(result, text, Added(node)).ConfigureAwait(false);
        });
        return command;
    }

    private Command Set()
    {
        Argument<string> name = NodeOptions.Name();
        Option<string[]> addresses = NodeOptions.Addresses(required: false);
        Option<string[]> labels = NodeOptions.Labels();
        Option<bool> unlabel = new("--no-labels") { Description = "Take all labels away." };
        Option<uint?> votes = new("--votes") { Description = "What its vote counts while it votes.", HelpName = "N" };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("set", "Change a node's addresses, votes or labels; each option is the whole new value.")
        {
            name, addresses, labels, unlabel, votes, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            var body = new NodeChangeRequest
            {
                Who = CommonOptions.Who(result, who, console),
                Addresses = result.GetValue(addresses) is { Length: > 0 } given ? given : null,
                Votes = result.GetValue(votes),
                Labels = result.GetValue(unlabel) ? new Dictionary<string, string>() : NodeOptions.LabelsOf(result.GetValue(labels)),
            };
            if (body is { Addresses: null, Votes: null, Labels: null })
            {
                throw new CliException(ExitCode.Usage, "Nothing is to be changed. Give --address, --votes or --label.");
            }

            using ApiClient api = common.Connect(result, console);
            (NodeDocument node, string text) = await api.SendAsync(
                HttpMethod.Patch,
                PathOf(result.GetRequiredValue(name)),
                body,
                ApiJson.Default.NodeChangeRequest,
                ApiJson.Default.NodeDocument,
                cancellation).ConfigureAwait(false);
            return await TellAsync(result, text, $"Changed: {NodesScreen.Line(node)}").ConfigureAwait(false);
        });
        return command;
    }

    private Command Replace()
    {
        Argument<string> name = NodeOptions.Name();
        Option<string[]> addresses = NodeOptions.Addresses(required: false);
        Option<bool> yes = NodeOptions.Yes();
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command(
            "replace",
            "Put a new machine in the place of one that is gone for good: the old number is removed, and the name is admitted under a new one.")
        {
            name, addresses, yes, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            string node = result.GetRequiredValue(name);
            string by = CommonOptions.Who(result, who, console);
            using ApiClient api = common.Connect(result, console);
            (NodeDocument old, _) = await api.GetAsync(PathOf(node), ApiJson.Default.NodeDocument, cancellation).ConfigureAwait(false);
            await TypedConfirmation.AskAsync(
                console,
                node,
                $"Number {old.Id} of {node} is never used again: the machine that had it can come back only as a new node.",
                result.GetValue(yes),
                cancellation).ConfigureAwait(false);
            var body = new NodeAddRequest
            {
                Who = by,
                Name = node,
                Addresses = result.GetValue(addresses) is { Length: > 0 } given ? given : old.Addresses,
                Votes = (uint)old.Votes,
                Arbiter = old.Arbiter ? true : null,
                Labels = old.Labels.Count > 0 ? old.Labels : null,
            };
            await RemoveAsync(api, node, by, cancellation).ConfigureAwait(false);
            try
            {
                (NodeDocument added, string text) = await AddAsync(api, body, cancellation).ConfigureAwait(false);
                return await TellAsync(result, text, Added(added)).ConfigureAwait(false);
            }
            catch (CliException error)
            {
                throw new CliException(
                    error.Code, $"Node {old.Id} {node} was removed, but its successor is not admitted yet: {error.Message} Go on with 'clusterctl nodes add {node}'.");
            }
        });
        return command;
    }

    private Command Remove()
    {
        Argument<string> name = NodeOptions.Name();
        Option<bool> yes = NodeOptions.Yes();
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("remove", "Take a node off the list that has left, is fenced or never came. Its number is never used again.") { name, yes, who };
        command.SetAction(async (result, cancellation) =>
        {
            string node = result.GetRequiredValue(name);
            string by = CommonOptions.Who(result, who, console);
            using ApiClient api = common.Connect(result, console);
            await TypedConfirmation.AskAsync(
                console, node, $"{node} is taken off the list, and its number is never used again.", result.GetValue(yes), cancellation).ConfigureAwait(false);
            (_, string text) = await RemoveAsync(api, node, by, cancellation).ConfigureAwait(false);
            return await TellAsync(result, text, $"{node} is removed. Its data folder is of no use any more.").ConfigureAwait(false);
        });
        return command;
    }

    private static string PathOf(string name) => $"/v1/nodes/{Uri.EscapeDataString(name)}";

    private static Task<(NodeDocument Document, string Text)> AddAsync(ApiClient api, NodeAddRequest body, CancellationToken cancellation) =>
        api.PostAsync("/v1/nodes", body, ApiJson.Default.NodeAddRequest, ApiJson.Default.NodeDocument, null, cancellation);

    private static Task<(NodeDocument Document, string Text)> RemoveAsync(ApiClient api, string node, string who, CancellationToken cancellation) =>
        api.DeleteAsync(
            $"{PathOf(node)}?who={Uri.EscapeDataString(who)}&confirm={Uri.EscapeDataString(node)}", ApiJson.Default.NodeDocument, cancellation);

    private static string Added(NodeDocument node) =>
        $"Admitted: {NodesScreen.Line(node)}. Start its daemon with a configuration that says 'joined: true' and lists the founders; "
        + "'clusterctl join' writes one.";

    private async Task<int> TellAsync(ParseResult result, string json, string words)
    {
        await console.Out.WriteLineAsync(result.GetValue(common.Json) ? json : words).ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
