using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Cluster.Tests.BmcSimulator;

const string Usage = """
    Usage: Cluster.Tests.BmcSimulator --port PORT --user USER --password-file FILE [options]
      --address IP          where it listens (default 127.0.0.1)
      --power-command CMD   run 'CMD get power' and 'CMD set power 0|1'; without it the switch is in memory and on
      --suites LIST         cipher suites, of 3 and 17 (default 3,17)
      --stay-on             accept power down and leave the power on
      --silent              answer nothing
      --delay-ms N          hold each answer back
      --lose-every N        lose every N-th request
    Prints 'ready' when it listens, and runs until SIGTERM or SIGINT.
    """;

var values = new Dictionary<string, string>(StringComparer.Ordinal);
for (var at = 0; at < args.Length; at++)
{
    var flag = args[at] is "--stay-on" or "--silent";
    if (!args[at].StartsWith("--", StringComparison.Ordinal) || (!flag && at + 1 == args.Length))
    {
        await Console.Error.WriteLineAsync($"'{args[at]}' is not understood.\n{Usage}");
        return 2;
    }

    values[args[at][2..]] = flag ? "yes" : args[++at];
}

string[] known = ["address", "port", "user", "password-file", "power-command", "suites", "stay-on", "silent", "delay-ms", "lose-every"];
if (values.Keys.Except(known).FirstOrDefault() is { } unknown)
{
    await Console.Error.WriteLineAsync($"The option --{unknown} is not known.\n{Usage}");
    return 2;
}

if (!values.TryGetValue("port", out var port) || !values.TryGetValue("user", out var user)
    || !values.TryGetValue("password-file", out var passwordFile))
{
    await Console.Error.WriteLineAsync($"--port, --user and --password-file are needed.\n{Usage}");
    return 2;
}

using var stop = new CancellationTokenSource();
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

await using var bmc = new SimulatedBmc(new BmcOptions
{
    Address = values.TryGetValue("address", out var address) ? IPAddress.Parse(address) : IPAddress.Loopback,
    Port = Number(port),
    Users = [new BmcUser(user, (await File.ReadAllTextAsync(passwordFile)).TrimEnd('\n'))],
    Power = values.TryGetValue("power-command", out var command) ? new CommandPowerSwitch(command) : new MemoryPowerSwitch(on: true),
    Suites = values.TryGetValue("suites", out var suites) ? [.. suites.Split(',').Select(Number)] : [3, 17],
});
bmc.Faults.StaysOn = values.ContainsKey("stay-on");
bmc.Faults.Silent = values.ContainsKey("silent");
bmc.Faults.Delay = TimeSpan.FromMilliseconds(values.TryGetValue("delay-ms", out var delay) ? Number(delay) : 0);
bmc.Faults.LoseEveryRequest = values.TryGetValue("lose-every", out var every) ? Number(every) : 0;
Console.WriteLine("ready");
await Task.WhenAny(bmc.Completion, Task.Delay(Timeout.Infinite, stop.Token));
return 0;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
