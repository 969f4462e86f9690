using System.CommandLine;
using Cluster.Api.Server.Configuration;
using Cluster.Membership;
using Cluster.Storage;

namespace Cluster.Api.Server.Hosting;

/// <summary>The command line: <c>clusterd --config FILE [--log-level LEVEL] [--check]</c>. Exit codes: 0 the node left in good order, 1 it could not run,
/// 2 wrong usage or configuration, 3 it was asked to end but could not leave, so the cluster declares the node down; 70 it ended itself because what is on disk, or its own
/// state, can't be trusted any more.</summary>
internal static class DaemonCommand
{
    private const int Failed = 1;
    public const int Usage = 2;
    private const int NotLeft = 3;

    public static RootCommand Build()
    {
        var config = new Option<string>("--config", "-c") { Description = "The configuration file (YAML).", Required = true, HelpName = "FILE" };
        var level = new Option<string?>("--log-level") { Description = "What is logged at least; goes before the file's logLevel." };
        level.AcceptOnlyFromAmong([.. ConfigurationFile.LogLevelWords.Keys]);
        var check = new Option<bool>("--check") { Description = "Check the configuration and end." };
        var root = new RootCommand("clusterd: the cluster's daemon on one node. Prints 'ready' when it serves; SIGTERM or SIGINT ends it in order.")
        {
            config,
            level,
            check,
        };
        root.SetAction((result, _) => RunAsync(result.GetRequiredValue(config), result.GetValue(level), result.GetValue(check)));
        return root;
    }

    private static async Task<int> RunAsync(string file, string? level, bool check)
    {
        try
        {
            DaemonConfiguration configuration = ConfigurationFile.Load(file);
            if (level is not null)
            {
                configuration = configuration with { LogLevel = ConfigurationFile.LogLevelWords[level] };
            }

            await using Daemon daemon = Daemon.Create(configuration);
            if (check)
            {
                await Console.Out.WriteLineAsync($"{file}: good: node {configuration.Self.Name} of cluster {configuration.Cluster}").ConfigureAwait(false);
                return 0;
            }

            using var signals = new StopSignals();
            bool left = await daemon.RunAsync(_ => Console.Out.WriteLine("ready"), signals.Stop, signals.Hurry).ConfigureAwait(false);
            if (!left)
            {
                await Console.Error.WriteLineAsync(
                    "clusterd ended without leaving the cluster, which will declare this node down and fence it; the log says why").ConfigureAwait(false);
            }

            return left ? 0 : NotLeft;
        }
        catch (ConfigurationException error)
        {
            await Console.Error.WriteLineAsync(error.Message).ConfigureAwait(false);
            return Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("clusterd ended at once, without leaving the cluster").ConfigureAwait(false);
            return Failed;
        }
        catch (Exception error) when (IsOrdinary(error))
        {
            await Console.Error.WriteLineAsync($"clusterd could not run: {error.Message}").ConfigureAwait(false);
            return Failed;
        }
        catch (Exception error)
        {
            await Console.Error.WriteLineAsync($"clusterd ended by a fault of its own, please report it: {error}").ConfigureAwait(false);
            return Failed;
        }
    }

    /// <summary>What an operator can put right from the message alone; anything else is a fault of the program and shows where.</summary>
    private static bool IsOrdinary(Exception error) => error
        is IOException or UnauthorizedAccessException or InvalidOperationException or ArgumentException
        or System.Net.Sockets.SocketException or LogInUseException or CorruptLogException or FeatureLevelException;
}
