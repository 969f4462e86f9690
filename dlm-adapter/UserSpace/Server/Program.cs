using System.CommandLine;
using System.CommandLine.Invocation;
using System.Net;
using System.Runtime.InteropServices;
using Cluster.Client;
using Cluster.Membership.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Cluster.Locks.UserSpace.Server;

/// <summary>
/// The program. Exit codes: 0 left in order (SIGTERM, SIGINT); 1 could not start; 2 wrong usage; 3 the node's incarnation ended and everything
/// held is lost: the supervisor starts it again.
/// </summary>
internal static class Program
{
    private const int ExitCannotStart = 1;
    private const int ExitUsage = 2;
    private const int ExitIncarnationOver = 3;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    // Signals are this program's own: the command line's handler would cut the orderly leave short.
    public static async Task<int> Main(string[] args)
    {
        ParseResult parsed = Command().Parse(args);
        int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }).ConfigureAwait(false);
        return parsed.Action is ParseErrorAction ? ExitUsage : code;
    }

    internal static RootCommand Command()
    {
        Option<string> membershipSocket = new("--membership-socket")
        {
            Description = "The member socket of this node's clusterd.",
            Required = true,
        };
        Option<string> clientSocket = new("--client-socket")
        {
            Description = "The Unix socket on which clients are served; its folder must exist.",
            Required = true,
        };
        Option<IPEndPoint> listen = new("--listen")
        {
            Description = "ADDRESS:PORT at which the lockds of other nodes reach this one; port 0 takes a free one.",
            Required = true,
            CustomParser = result =>
            {
                if (IPEndPoint.TryParse(result.Tokens.Single().Value, out IPEndPoint? parsed))
                {
                    return parsed;
                }

                result.AddError($"'{result.Tokens.Single().Value}' is no ADDRESS:PORT");
                return null;
            },
        };
        Option<string?> advertise = new("--advertise")
        {
            Description = "What other nodes are told instead of --listen (address:port or name:port).",
        };
        Option<string[]> space = new("--space")
        {
            Description = "A lock space to serve; may be given several times.",
            Required = true,
        };
        Option<Evidence> evidence = new("--evidence")
        {
            Description = "The weakest evidence on which a lock space goes on without a member's node; the same on all nodes.",
            DefaultValueFactory = _ => Evidence.ConfirmedByHuman,
        };
        Option<LogLevel> logLevel = new("--log-level")
        {
            Description = "The least level that is logged, on standard error.",
            DefaultValueFactory = _ => LogLevel.Information,
        };
        RootCommand root = new("lockd, the user-space lock server: one on each node; the member with the lowest slot serves each lock space.")
        {
            membershipSocket, clientSocket, listen, advertise, space, evidence, logLevel,
        };
        root.SetAction(async (parsed, cancellation) =>
        {
            LockdSettings settings = new()
            {
                ClientSocket = parsed.GetRequiredValue(clientSocket),
                Listen = parsed.GetRequiredValue(listen),
                Advertise = parsed.GetValue(advertise),
                Spaces = parsed.GetRequiredValue(space),
                RequiredEvidence = parsed.GetValue(evidence),
            };
            return await RunAsync(parsed.GetRequiredValue(membershipSocket), settings, parsed.GetValue(logLevel), cancellation)
                .ConfigureAwait(false);
        });
        return root;
    }

    private static async Task<int> RunAsync(
        string membershipSocket, LockdSettings settings, LogLevel logLevel, CancellationToken cancellation)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(logLevel)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
                console.UseUtcTimestamp = true;
                console.ColorBehavior = LoggerColorBehavior.Disabled;
            })
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        ILogger logger = loggers.CreateLogger("lockd");
        TaskCompletionSource<string> signal = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenSource left = new(); // Not disposed: a signal may come at any time.
        using PosixSignalRegistration term = OnSignal(PosixSignal.SIGTERM, signal, left);
        using PosixSignalRegistration interrupt = OnSignal(PosixSignal.SIGINT, signal, left);
        try
        {
            using CancellationTokenSource start = CancellationTokenSource.CreateLinkedTokenSource(cancellation, left.Token);
            start.CancelAfter(StartTimeout);
            return await ServeAsync(membershipSocket, settings, logger, signal.Task, start.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or MembershipException or ArgumentException or OperationCanceledException)
        {
            if (signal.Task.IsCompleted)
            {
                return 0; // Asked to go before it was up.
            }

            Log.CannotStart(logger, e is OperationCanceledException
                ? $"clusterd at {membershipSocket} did not let it join within {StartTimeout.TotalSeconds:0} s; see that clusterd runs, and what it logs"
                : e.Message);
            return ExitCannotStart;
        }
    }

    private static async Task<int> ServeAsync(
        string membershipSocket, LockdSettings settings, ILogger logger, Task<string> signal, CancellationToken start)
    {
        Log.Connecting(logger, membershipSocket);
        MembershipClient membership = await MembershipClient.ConnectAsync(membershipSocket, start).ConfigureAwait(false);
        await using (membership.ConfigureAwait(false))
        {
            Lockd lockd = await Lockd.StartAsync(membership, settings, logger, start).ConfigureAwait(false);
            await using (lockd.ConfigureAwait(false))
            {
                await Console.Out.WriteLineAsync("ready").ConfigureAwait(false);
                await Console.Out.FlushAsync(CancellationToken.None).ConfigureAwait(false);
                await Task.WhenAny(signal, lockd.Ended).ConfigureAwait(false);
                if (lockd.Ended.IsCompleted)
                {
                    return ExitIncarnationOver;
                }

                Log.Leaving(logger, await signal.ConfigureAwait(false));
                return 0;
            }
        }
    }

    private static PosixSignalRegistration OnSignal(PosixSignal which, TaskCompletionSource<string> signal, CancellationTokenSource left) =>
        PosixSignalRegistration.Create(which, context =>
        {
            context.Cancel = true; // Leaving in order ends the process.
            signal.TrySetResult(which.ToString());
            left.Cancel();
        });
}
