using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl confirm NODE --who NAME</c>: a human's word that a node is off.</summary>
internal sealed class ConfirmCommand(CommonOptions common, CliConsole console)
{
    private readonly Argument<string> _node = new("node") { Description = "The node's name.", HelpName = "NODE" };

    private readonly Option<string> _who = new("--who")
    {
        Description = "Your name; it stays in the ledger.",
        Required = true,
        HelpName = "NAME",
    };

    private readonly Option<string?> _note = new("--note", "-n") { Description = "How you know.", HelpName = "TEXT" };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    public Command Build()
    {
        var command = new Command("confirm", "Give your word that a node that is down is off, when no fence device can prove it.")
        {
            _node,
            _who,
            _note,
            _yes,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        string name = result.GetRequiredValue(_node);
        using ApiClient api = common.Connect(result, console);
        string path = $"/v1/nodes/{Uri.EscapeDataString(name)}";

        // The life that is down now: should the node come back while the question stands, the word is about a life that is over.
        (NodeDocument seen, _) = await api.GetAsync(path, ApiJson.Default.NodeDocument, cancellation).ConfigureAwait(false);
        await TypedConfirmation.AskAsync(
            console,
            name,
            $"What {name} held will be given away on your word. If {name} still runs, data is destroyed. Go and look first.",
            result.GetValue(_yes),
            cancellation).ConfigureAwait(false);
        var body = new ConfirmFencedRequest
        {
            Who = result.GetRequiredValue(_who),
            Note = result.GetValue(_note),
            Node = name,
            Incarnation = seen.Incarnation,
        };
        (NodeDocument node, string text) = await api.PostAsync(
            $"{path}/confirm-fenced",
            body,
            ApiJson.Default.ConfirmFencedRequest,
            ApiJson.Default.NodeDocument,
            null,
            cancellation).ConfigureAwait(false);
        await console.Out.WriteLineAsync(result.GetValue(common.Json)
            ? text
            : $"Recorded: {node.Name} is stopped, on the word of {node.ConfirmedBy ?? body.Who}. What waited for it goes on.").ConfigureAwait(false);
        return ExitCode.Ok;
    }
}
