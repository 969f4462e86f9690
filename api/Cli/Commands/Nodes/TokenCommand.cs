using System.CommandLine;
using System.Globalization;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Nodes;

/// <summary><c>clusterctl token issue|list|revoke</c>.</summary>
internal sealed class TokenCommand(CommonOptions common, CliConsole console)
{
    public Command Build() => new("token", "Join tokens: whoever has one may add nodes.") { Issue(), List(), Revoke() };

    private Command Issue()
    {
        Option<int?> minutes = new("--minutes") { Description = "For how many minutes it is good; otherwise 60.", HelpName = "N" };
        Option<uint?> uses = new("--uses") { Description = "How many nodes may be added with it, 0 for any number; otherwise 1.", HelpName = "N" };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("issue", "Issue a token. It is shown this once: the cluster keeps only a hash of its secret.") { minutes, uses, who };
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            var body = new TokenRequest
            {
                Who = CommonOptions.Who(result, who, console),
                ValidForSeconds = result.GetValue(minutes) is { } given ? (int)Math.Min(int.MaxValue, given * 60L) : null,
                Uses = result.GetValue(uses),
            };
            (IssuedToken issued, string text) = await api.PostAsync(
                "/v1/tokens", body, ApiJson.Default.TokenRequest, ApiJson.Default.IssuedToken, null, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            // The token alone on standard output, so that it can be led into a file that only its owner reads.
            await console.Out.WriteLineAsync(issued.Token).ConfigureAwait(false);
            await console.Error.WriteLineAsync(
                $"Good until {issued.Document.ExpiresAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC for "
                + $"{(issued.Document.Uses is { } most ? string.Create(CultureInfo.InvariantCulture, $"{most} node{(most == 1 ? "" : "s")}") : "any number of nodes")}. "
                + "It is not shown again. On the new machine: clusterctl join --server URL --token FILE --name NODE --address HOST:PORT ...").ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    private Command List()
    {
        var command = new Command("list", "Show the tokens, without their secrets.");
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            (TokenList list, string text) = await api.GetAsync("/v1/tokens", ApiJson.Default.TokenList, cancellation).ConfigureAwait(false);
            if (result.GetValue(common.Json))
            {
                await console.Out.WriteLineAsync(text).ConfigureAwait(false);
                return ExitCode.Ok;
            }

            Screen.Table(
                console.Rich(),
                ["token", "state", "used", "expires (UTC)", "issued by"],
                list.Tokens.Select(token => new[]
                {
                    token.Id,
                    Words.Of(token.State),
                    string.Create(CultureInfo.InvariantCulture, $"{token.Used} of {(token.Uses is { } most ? most.ToString(CultureInfo.InvariantCulture) : "any")}"),
                    token.ExpiresAt.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
                    token.Who,
                }));
            return ExitCode.Ok;
        });
        return command;
    }

    private Command Revoke()
    {
        Argument<string> id = new("token") { Description = "The token's id: what stands before its first dot.", HelpName = "ID" };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("revoke", "Withdraw a token. Nodes that were added with it stay.") { id, who };
        command.SetAction(async (result, cancellation) =>
        {
            using ApiClient api = common.Connect(result, console);
            string name = result.GetRequiredValue(id).Split('.')[0];
            (TokenDocument token, string text) = await api.DeleteAsync(
                $"/v1/tokens/{Uri.EscapeDataString(name)}?who={Uri.EscapeDataString(CommonOptions.Who(result, who, console))}",
                ApiJson.Default.TokenDocument,
                cancellation).ConfigureAwait(false);
            await console.Out.WriteLineAsync(result.GetValue(common.Json) ? text : $"{token.Id} is {Words.Of(token.State)}.").ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}
