using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Quorum;

/// <summary><c>clusterctl quorum</c>: how quorum stands, and what would become of it.</summary>
internal sealed class QuorumCommand(CommonOptions common, CliConsole console)
{
    public Command Build()
    {
        var command = new Command("quorum", "Show quorum: votes, leader, lease. Ends with 4 when there is none.")
        {
            new AssembleCommand(common, console).Build(),
            new SimulateCommand(common, console).Build(),
        };
        command.SetAction(ShowAsync);
        return command;
    }

    private async Task<int> ShowAsync(ParseResult result, CancellationToken cancellation)
    {
        using ApiClient api = common.Connect(result, console);
        (QuorumDocument quorum, string text) = await api.GetAsync("/v1/quorum", ApiJson.Default.QuorumDocument, cancellation).ConfigureAwait(false);
        if (result.GetValue(common.Json))
        {
            await console.Out.WriteLineAsync(text).ConfigureAwait(false);
        }
        else
        {
            QuorumScreen.Write(console.Rich(), quorum);
        }

        return quorum.Quorate ? ExitCode.Ok : ExitCode.NotHealthy;
    }
}
