using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl status</c>: the whole cluster on one screen, with what to do.</summary>
internal sealed class StatusCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        var command = new Command("status", "Show nodes, quorum, fencing and groups, and what to do. Ends with 4 when the cluster is not healthy.");
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        using ApiClient api = common.Connect(result, console);
        (ClusterDocument cluster, string text) =
            await api.GetAsync("/v1/cluster", ApiJson.Default.ClusterDocument, cancellation).ConfigureAwait(false);
        if (result.GetValue(common.Json))
        {
            await console.Out.WriteLineAsync(text).ConfigureAwait(false);
        }
        else
        {
            StatusScreen.Write(console.Rich(), cluster);
        }

        return cluster.Healthy ? ExitCode.Ok : ExitCode.NotHealthy;
    }
}
