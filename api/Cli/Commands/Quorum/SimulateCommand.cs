using System.CommandLine;
using System.Text.Json;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;
using Cluster.Api.Planning;

namespace Cluster.Api.Cli.Commands.Quorum;

/// <summary><c>clusterctl quorum simulate</c>: what a cluster survives. With <c>--nodes</c> it asks no daemon.</summary>
internal sealed class SimulateCommand(CommonOptions common, CliConsole console)
{
    private readonly Option<string?> _nodes = new("--nodes")
    {
        Description = "The nodes of a cluster that might be: NAME[=VOTES][:arbiter|:learner][:unfenced], separated by commas. No daemon is asked.",
        HelpName = "n1=2,n2,q:arbiter",
    };

    private readonly Option<bool> _fromCluster = new("--from-cluster")
    {
        Description = "The nodes and settings of the running cluster; so it is when --nodes is not given.",
    };

    private readonly Option<string?> _fail = new("--fail")
    {
        Description = "What becomes of it when these nodes fail, at once and in this order.",
        HelpName = "n1,n2",
    };

    private readonly Option<string?> _partition = new("--partition")
    {
        Description = "Who goes on when these sides do not reach each other; nodes on no side have failed.",
        HelpName = "n1,n2/n3",
    };

    private readonly Option<bool> _twoNode = new("--two-node") { Description = "With two-node mode: whoever has fenced the other goes on alone." };

    private readonly Option<string?> _favoured = new("--favoured") { Description = "In two-node mode, the node that begins; otherwise the first.", HelpName = "NODE" };

    private readonly Option<bool> _lastMan = new("--last-man-standing") { Description = "A voter that is fenced and stays away ceases to vote." };

    private readonly Option<bool> _waitForAll = new("--wait-for-all") { Description = "After a cold start nothing is done until all were seen." };

    public Command Build()
    {
        var command = new Command("simulate", "Tell which failures a cluster survives: the running one, or one that might be.")
        {
            _nodes,
            _fromCluster,
            _fail,
            _partition,
            _twoNode,
            _favoured,
            _lastMan,
            _waitForAll,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(_fromCluster) && result.GetValue(_nodes) is not null)
            {
                result.AddError("--nodes and --from-cluster contradict each other; give one of them.");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        var request = new QuorumSimulationRequest
        {
            Nodes = result.GetValue(_nodes) is { } nodes ? NodeText.Parse(nodes) : null,
            TwoNode = Flag(result, _twoNode),
            Favoured = result.GetValue(_favoured),
            LastManStanding = Flag(result, _lastMan),
            WaitForAll = Flag(result, _waitForAll),
            Fail = result.GetValue(_fail) is { } failed ? Names(failed) : null,
            Partition = result.GetValue(_partition) is { } sides ? [.. sides.Split('/').Select(Names)] : null,
        };
        (QuorumSimulationDocument answer, string text) = request.Nodes is null
            ? await AskAsync(result, request, cancellation).ConfigureAwait(false)
            : Answer(request);
        if (result.GetValue(common.Json))
        {
            await console.Out.WriteLineAsync(text).ConfigureAwait(false);
        }
        else
        {
            SimulationScreen.Write(console.Rich(), answer);
        }

        return ExitCode.Ok;
    }

    private async Task<(QuorumSimulationDocument Document, string Text)> AskAsync(
        ParseResult result, QuorumSimulationRequest request, CancellationToken cancellation)
    {
        using ApiClient api = common.Connect(result, console);
        return await api.PostAsync(
            "/v1/quorum/simulate",
            request,
            ApiJson.Default.QuorumSimulationRequest,
            ApiJson.Default.QuorumSimulationDocument,
            null,
            cancellation).ConfigureAwait(false);
    }

    private static (QuorumSimulationDocument Document, string Text) Answer(QuorumSimulationRequest request)
    {
        try
        {
            QuorumSimulationDocument document = QuorumQuestion.Answer(request, null);
            return (document, JsonSerializer.Serialize(document, ApiJson.Default.QuorumSimulationDocument));
        }
        catch (ArgumentException error)
        {
            throw new CliException(ExitCode.Usage, $"The simulation can't be made: {error.Message}.");
        }
    }

    /// <summary>Null when it is not given: then the cluster's own setting counts.</summary>
    private static bool? Flag(ParseResult result, Option<bool> option) => result.GetResult(option) is null ? null : result.GetValue(option);

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
