using System.CommandLine;
using Cluster.Tests.Demo;

Option<FileInfo?> report = new("--report") { Description = "Write the result as JSON to this file." };
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
InvocationConfiguration invocation = new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) };
return await root.Parse(args).InvokeAsync(invocation).ConfigureAwait(false);
