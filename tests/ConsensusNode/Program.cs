using Cluster.ConsensusNode;
using Cluster.ConsensusNode.Control;
using Cluster.ConsensusNode.Running;
using Cluster.Storage;
using Microsoft.Extensions.Logging;

NodeSettings settings;
try
{
    settings = NodeSettings.Parse(args);
}
catch (FormatException e)
{
    Console.Error.WriteLine($"consensus-node: {e.Message}\n{NodeSettings.Usage}");
    return 2;
}

using ILoggerFactory loggers = LoggerFactory.Create(builder => builder
    .SetMinimumLevel(LogLevel.Warning)
    .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
    .AddSimpleConsole(console => console.SingleLine = true));
try
{
    RunningNode node = new(settings, loggers.CreateLogger("consensus-node"));
    ControlServer control = new(node, settings.Control);
    node.Start();
    control.Start();

    // The driver holds the other end: a node must not outlive it, however it ends.
    Task abandoned = Task.Factory.StartNew(static () => Console.In.ReadToEnd(), TaskCreationOptions.LongRunning);
    await Task.WhenAny(control.Stopped, abandoned);
    node.Stop();
    return 0;
}
catch (Exception e) when (e is IOException or LogFailedException or CorruptLogException or LogInUseException)
{
    Console.Error.WriteLine($"consensus-node {settings.Self.Value}: {e.Message}");
    return 1;
}
