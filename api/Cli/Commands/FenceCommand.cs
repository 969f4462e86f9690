using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Cli.Output;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands;

/// <summary><c>clusterctl fence NODE --reason TEXT</c>.</summary>
internal sealed class FenceCommand(CommonOptions common, CliConsole console)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly Argument<string> _node = new("node") { Description = "The node's name.", HelpName = "NODE" };

    private readonly Option<string> _reason = new("--reason", "-r")
    {
        Description = "Why; it stays in the ledger.",
        Required = true,
        HelpName = "TEXT",
    };

    private readonly Option<string> _kind = new("--kind")
    {
        Description = "reboot: off, observe off, on. off: leave it off.",
        DefaultValueFactory = _ => "reboot",
    };

    private readonly Option<string?> _key = new("--idempotency-key")
    {
        Description = "Names this request: the same key never fences twice. Otherwise a fresh one.",
        HelpName = "KEY",
    };

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    private readonly Option<bool> _wait = new("--wait", "-w") { Description = "Wait until the operation is over; ends with 1 unless the node is fenced." };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "With --wait: how many seconds at most.",
        DefaultValueFactory = _ => 120,
        HelpName = "SECONDS",
    };

    public Command Build()
    {
        _kind.AcceptOnlyFromAmong("off", "reboot");
        var command = new Command("fence", "Fence a node: switch it off by its fence devices, and observe that it is off.")
        {
            _node,
            _reason,
            _kind,
            _key,
            _yes,
            _wait,
            _timeout,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        string node = result.GetRequiredValue(_node);
        using ApiClient api = common.Connect(result, console);
        await TypedConfirmation.AskAsync(
            console, node, $"{node} will be switched off by force.", result.GetValue(_yes), cancellation).ConfigureAwait(false);
        var body = new FenceRequest
        {
            Reason = result.GetRequiredValue(_reason),
            Kind = result.GetValue(_kind) == "off" ? FenceKind.Off : FenceKind.Reboot,
        };
        (FenceOperationDocument operation, string text) = await api.PostAsync(
            $"/v1/nodes/{Uri.EscapeDataString(node)}/fence",
            body,
            ApiJson.Default.FenceRequest,
            ApiJson.Default.FenceOperationDocument,
            result.GetValue(_key) ?? Guid.NewGuid().ToString(),
            cancellation).ConfigureAwait(false);
        bool json = result.GetValue(common.Json);
        if (!result.GetValue(_wait))
        {
            await console.Out.WriteLineAsync(json
                ? text
                : $"Fence operation {operation.Id} for {operation.Node} is open: {operation.Url}. 'clusterctl status' shows how it goes.").ConfigureAwait(false);
            return ExitCode.Ok;
        }

        return await WaitAsync(api, operation, json, TimeSpan.FromSeconds(result.GetValue(_timeout)), cancellation).ConfigureAwait(false);
    }

    private async Task<int> WaitAsync(
        ApiClient api, FenceOperationDocument operation, bool json, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        string text = "";
        int told = 0;
        try
        {
            while (operation.Phase != FenceOperationPhase.Closed)
            {
                await Task.Delay(Poll, limit.Token).ConfigureAwait(false);
                (operation, text) = await api.GetAsync(operation.Url, ApiJson.Default.FenceOperationDocument, limit.Token).ConfigureAwait(false);
                foreach (FenceAttemptDocument attempt in operation.Attempts.Where(each => each.State != FenceAttemptState.Running).Skip(told))
                {
                    told++;
                    await console.Error.WriteLineAsync(Words.Attempt(attempt)).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(
                ExitCode.Refused,
                $"Fence operation {operation.Id} for {operation.Node} is not over after {timeout.TotalSeconds:0} s; it goes on. "
                    + "'clusterctl status' says what is wrong and what to do.");
        }

        bool fenced = operation.Result is "fenced" or "powered-on" or "on-failed" or "confirmed";
        await console.Out.WriteLineAsync(json
            ? text
            : $"{operation.Node}: {operation.Result} (evidence: {Words.Of(operation.Evidence)})").ConfigureAwait(false);
        return fenced ? ExitCode.Ok : ExitCode.Refused;
    }
}
