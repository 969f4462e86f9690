using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Cluster.Tests.Demo;

const int WrongUsage = 2;

Option<FileInfo?> report = new("--report") { Description = "Write the result as JSON to this file." };
report.Validators.Add(result =>
{
    string? folder = result.GetValueOrDefault<FileInfo?>()?.DirectoryName;
    if (folder is not null && !Directory.Exists(folder))
    {
        result.AddError($"--report: there is no folder {folder}; make it, or name another file");
    }
});
Option<bool> keep = new("--keep") { Description = "Leave the cluster up at the end and print its URLs." };
Option<string> stop = new("--stop")
{
    DefaultValueFactory = _ => "follower",
    Description = "Which node hangs: a name (n1, n2, n3), leader or follower.",
};
stop.AcceptOnlyFromAmong("follower", "leader", "n1", "n2", "n3");
Option<string?> breakage = new("--break") { Description = "Break something first: bmc-password (all BMC passwords are wrong)." };
breakage.AcceptOnlyFromAmong("bmc-password");
Option<string> timing = new("--timing") { DefaultValueFactory = _ => "lan", Description = "Timing profile: lan or fast." };
timing.AcceptOnlyFromAmong("lan", "fast");

Command demo = new("demo", "Three nodes, three BMCs, two lock managers; one node hangs, is fenced and comes back.")
{
    report, keep, stop, breakage, timing,
};
demo.SetAction((arguments, cancellation) => DemoCommand.RunAsync(
    new DemoSettings(
        arguments.GetValue(report)?.FullName,
        arguments.GetValue(keep),
        arguments.GetRequiredValue(stop),
        arguments.GetValue(breakage) == "bmc-password",
        arguments.GetRequiredValue(timing)),
    cancellation));

Command up = new("up", "The three-node development cluster, in the foreground; Ctrl-C stops it.") { timing };
up.SetAction((arguments, cancellation) => UpCommand.RunAsync(arguments.GetRequiredValue(timing), cancellation));

RootCommand root = new("The development cluster.") { demo, up };

// The handlers stand before anything is started, and also for a terminal that is closed: the nodes are sessions of their own and would live on.
// A signal cancels; the commands then stop what they started.
using CancellationTokenSource ended = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
using PosixSignalRegistration term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
ParseResult parsed = root.Parse(args);
int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null }, ended.Token).ConfigureAwait(false);
return parsed.Action is ParseErrorAction ? WrongUsage : code;

void End(PosixSignalContext signal)
{
    signal.Cancel = true;
    ended.Cancel();
}
