using System.CommandLine;
using Cluster.Api.Cli.Http;
using Cluster.Api.Contract;

namespace Cluster.Api.Cli.Commands.Nodes;

/// <summary><c>clusterctl drain NODE</c>, <c>clusterctl maintenance NODE</c> and <c>clusterctl leave NODE</c>.</summary>
internal sealed class SwitchCommand(CommonOptions common, CliConsole console)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    public Command Drain()
    {
        Option<bool> wait = new("--wait", "-w") { Description = "Wait until no lock manager on it is in a group; ends with 1 when that does not come about." };
        Option<int> timeout = NodeOptions.Timeout();
        return Build(
            "drain",
            "Ask the lock managers on a node to leave their groups, and let none join.",
            on: "{0} is being drained: its lock managers are asked to leave. 'clusterctl groups' shows who is still there.",
            off: "{0} is drained no more: lock managers may join on it.",
            wait,
            timeout);
    }

    public Command Maintenance() => Build(
        "maintenance",
        "Keep the cluster from switching a node off by its own decision, e.g. while it is worked on.",
        on: "{0} is in maintenance: it is not fenced by itself. What it holds still waits for proof when it is down.",
        off: "{0} is in maintenance no more.",
        null,
        null);

    public Command Leave()
    {
        Argument<string> name = NodeOptions.Name();
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command(
            "leave", "Let a node leave the cluster in order and end its daemon: ask that daemon itself. Nobody fences it; it joins again when it is started.")
        {
            name, who,
        };
        command.SetAction(async (result, cancellation) =>
        {
            string node = result.GetRequiredValue(name);
            using ApiClient api = common.Connect(result, console);
            (_, string text) = await PostAsync(api, node, "leave", CommonOptions.Who(result, who, console), null, cancellation).ConfigureAwait(false);
            await console.Out.WriteLineAsync(result.GetValue(common.Json)
                ? text
                : $"{node} leaves as soon as its lock managers have left their groups; its daemon then ends. 'clusterctl nodes remove {node}' takes it off the list.")
                .ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    private Command Build(string verb, string description, string on, string off, Option<bool>? wait, Option<int>? timeout)
    {
        Argument<string> name = NodeOptions.Name();
        Option<bool> end = new("--end") { Description = "End it." };
        Option<string?> who = CommonOptions.WhoOption();
        var command = new Command(verb, description) { name, end, who };
        if (wait is not null && timeout is not null)
        {
            command.Add(wait);
            command.Add(timeout);
        }

        command.SetAction(async (result, cancellation) =>
        {
            string node = result.GetRequiredValue(name);
            bool begins = !result.GetValue(end);
            using ApiClient api = common.Connect(result, console);
            (_, string text) = await PostAsync(api, node, verb, CommonOptions.Who(result, who, console), begins, cancellation).ConfigureAwait(false);
            if (begins && wait is not null && result.GetValue(wait))
            {
                await EmptyAsync(api, node, TimeSpan.FromSeconds(result.GetValue(timeout!)), cancellation).ConfigureAwait(false);
            }

            await console.Out.WriteLineAsync(result.GetValue(common.Json)
                ? text
                : string.Format(System.Globalization.CultureInfo.InvariantCulture, begins ? on : off, node)).ConfigureAwait(false);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task EmptyAsync(ApiClient api, string node, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(timeout);
        string[] there = [];
        try
        {
            while (true)
            {
                (GroupList list, _) = await api.GetAsync("/v1/groups", ApiJson.Default.GroupList, limit.Token).ConfigureAwait(false);
                there = [.. list.Groups.Where(group => group.Members.Any(member => member.Node == node)).Select(group => group.Name)];
                if (there.Length == 0)
                {
                    return;
                }

                await Task.Delay(s_poll, limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(
                ExitCode.Refused,
                $"{node} is being drained, but after {timeout.TotalSeconds:0} s lock managers on it are still in {string.Join(", ", there)}. It goes on; look at their logs.");
        }
    }

    private static Task<(NodeDocument Document, string Text)> PostAsync(
        ApiClient api, string node, string verb, string who, bool? on, CancellationToken cancellation) => api.PostAsync(
        $"/v1/nodes/{Uri.EscapeDataString(node)}/{verb}",
        new NodeSwitchRequest { Who = who, On = on },
        ApiJson.Default.NodeSwitchRequest,
        ApiJson.Default.NodeDocument,
        null,
        cancellation);
}
