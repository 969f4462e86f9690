using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Quorum;

/// <summary><c>clusterctl quorum assemble --force</c>: an operator's word to go on without the nodes that are waited for.</summary>
internal sealed class AssembleCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        Option<bool> force = new("--force") { Description = "Go on without the nodes that were not seen. Required: nothing else can be assembled." };
        Option<bool> yes = new("--yes", "-y") { Description = "Do not ask." };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command("assemble", "After a start of the whole cluster: go on without the nodes that it waits for (wait-for-all). Ask the leader.")
        {
            force, yes, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            if (!result.GetValue(force))
            {
                throw new CliException(ExitCode.Usage, "The cluster assembles by itself when all nodes were seen. To go on without some, add --force.");
            }

            string by = CommonOptions.Who(result, who, console);
            using ApiClient api = common.Connect(result, console);
            (ClusterDocument cluster, _) = await api.GetAsync("/v1/cluster", ApiJson.Default.ClusterDocument, cancellation).ConfigureAwait(false);
            string missing = cluster.Quorum.Missing.Count > 0 ? string.Join(", ", cluster.Quorum.Missing) : "the nodes that were not seen";
            await TypedConfirmation.AskAsync(
                console,
                cluster.Cluster,
                $"The cluster will go on without {missing}. What runs there unseen, cut off from here, may act at the same time. Go and look first.",
                result.GetValue(yes),
                cancellation,
                "the cluster's id").ConfigureAwait(false);
            (_, string text) = await api.PostAsync(
                "/v1/quorum/assemble",
                new AssembleRequest { Who = by, Cluster = cluster.Cluster },
                ApiJson.Default.AssembleRequest,
                ApiJson.Default.QuorumDocument,
                null,
                cancellation).ConfigureAwait(false);
            await console.Out.WriteLineAsync(result.GetValue(common.Json)
                ? text
                : $"The cluster goes on without {missing}. 'clusterctl status' shows what becomes of them.").ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }
}
