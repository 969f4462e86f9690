using System.CommandLine;
using System.CommandLine.Invocation;
using Cluster.Api.Cli.Commands;
using Cluster.Api.Cli.Commands.Nodes;
using Cluster.Api.Cli.Commands.Pki;
using Cluster.Api.Cli.Commands.Quorum;
using Cluster.Api.Cli.Commands.Settings;
using Cluster.Api.Cli.Http;

namespace Cluster.Api.Cli;

/// <summary>The command line as a whole.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args, CliConsole console)
    {
        var common = new CommonOptions();
        var switches = new SwitchCommand(common, console);
        var root = new RootCommand(
            "clusterctl: see and steer a cluster.\n\n"
            + "Exit codes: 0 done; 1 refused, or what was waited for did not succeed; 2 wrong usage; 3 the daemon can't be reached; "
            + "4 status: the cluster is not healthy.")
        {
            new StatusCommand(common, console).Build(),
            new NodesCommand(common, console).Build(),
            new JoinCommand(common, console).Build(),
            switches.Leave(),
            switches.Drain(),
            switches.Maintenance(),
            new TokenCommand(common, console).Build(),
            new FenceCommand(common, console).Build(),
            new ConfirmCommand(common, console).Build(),
            new QuorumCommand(common, console).Build(),
            new GroupsCommand(common, console).Build(),
            new SettingsCommand(common, console).Build(),
            new EventsCommand(common, console).Build(),
            new WalCommand(common, console).Build(),
            new PkiCommand(common, console).Build(),
        };
        common.AddTo(root);
        ParseResult parsed = root.Parse(args);
        try
        {
            int code = await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
            }).ConfigureAwait(false);
            return parsed.Action is ParseErrorAction ? ExitCode.Usage : code;
        }
        catch (CliException error)
        {
            if (parsed.GetValue(common.Json) && error.Document is { } document)
            {
                await console.Out.WriteLineAsync(document).ConfigureAwait(false);
            }
            else
            {
                await console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            }

            return error.Code;
        }
        catch (OperationCanceledException)
        {
            await console.Error.WriteLineAsync("Given up.").ConfigureAwait(false);
            return ExitCode.Refused;
        }
    }
}
