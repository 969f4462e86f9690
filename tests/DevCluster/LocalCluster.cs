using Cluster.Tests.Support;

namespace Cluster.Tests.DevCluster;

/// <summary>
/// A cluster of separate processes on loopback. Each node is a process group behind the power switch of a BMC of its own; disposing kills all of it.
/// </summary>
public sealed class LocalCluster : IAsyncDisposable
{
    /// <summary>The BMCs' user.</summary>
    public const string BmcUser = "admin";

    /// <summary>The BMCs' password.</summary>
    public const string BmcPassword = "correct-horse";

    /// <summary>The lock space of the in-process managers.</summary>
    public const string InProcessSpace = "demo-in-process";

    /// <summary>The lock space that lockd serves.</summary>
    public const string UserSpaceSpace = "demo-user-space";

    private readonly List<IAsyncDisposable> _bmcs = [];
    private readonly List<int> _bmcProcesses = [];

    private LocalCluster(LocalClusterOptions options, IReadOnlyList<NodeDefinition> nodes)
    {
        Options = options;
        Nodes = nodes;
    }

    /// <summary>What it is made of.</summary>
    public LocalClusterOptions Options { get; }

    /// <summary>The nodes, ordered by number.</summary>
    public IReadOnlyList<NodeDefinition> Nodes { get; }

    /// <summary>The "shared disk": the folder that all nodes write to.</summary>
    public string SharedFolder => Path.Combine(Options.Folder, "shared");

    /// <summary>The workloads end in good order when this file is there.</summary>
    public string StopFile => Path.Combine(Options.Folder, "stop");

    /// <summary>What plays the BMCs.</summary>
    public string BmcKind { get; private set; } = "";

    /// <summary>The numbers of the processes that play the BMCs.</summary>
    public IReadOnlyList<int> BmcProcesses => _bmcProcesses;

    /// <summary>Starts BMCs and switches all nodes on. Does not wait for the cluster to form.</summary>
    public static async Task<LocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellation)
    {
        IReadOnlyList<int> ports = FreePorts.Take(4 * options.NodeCount);
        List<NodeDefinition> nodes = [];
        for (int i = 0; i < options.NodeCount; i++)
        {
            string name = $"n{i + 1}";
            nodes.Add(new NodeDefinition(
                i + 1, name, Path.Combine(options.Folder, name), ports[4 * i], ports[(4 * i) + 1], ports[(4 * i) + 2], ports[(4 * i) + 3]));
        }

        LocalCluster cluster = new(options, nodes);
        try
        {
            await cluster.StartAsync(cancellation).ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Asks all nodes to stop in good order, and waits for it; what has not ended by then is killed by disposing.</summary>
    public async Task ShutdownAsync(TimeSpan limit)
    {
        foreach (NodeDefinition node in Nodes)
        {
            if (node.Power.IsOn)
            {
                node.Power.Shutdown();
            }
        }

        long deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (Environment.TickCount64 < deadline && Nodes.Any(node => node.Power.IsOn))
        {
            await Task.Delay(50).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // BMCs first: none of them may switch a node on behind our back.
        foreach (IAsyncDisposable bmc in _bmcs)
        {
            await bmc.DisposeAsync().ConfigureAwait(false);
        }

        foreach (NodeDefinition node in Nodes)
        {
            if (File.Exists(Path.Combine(node.Folder, "pgid")))
            {
                node.Power.Off();
            }
        }

        long deadline = Environment.TickCount64 + 5_000;
        while (Environment.TickCount64 < deadline && Nodes.Any(node => File.Exists(node.Power.CommandLine) && node.Power.IsOn))
        {
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(SharedFolder);
        Dictionary<string, int> bmcPorts = [];
        foreach (NodeDefinition node in Nodes)
        {
            NodeFiles.Write(node, Nodes, Options, SharedFolder);
            bmcPorts[node.Name] = await StartBmcAsync(node).ConfigureAwait(false);
        }

        foreach (NodeDefinition node in Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            NodeFiles.WriteConfiguration(node, Nodes, bmcPorts, Options);
            node.Power.On();
        }
    }

    private async Task<int> StartBmcAsync(NodeDefinition node)
    {
        if (Options.BmcTrouble == BmcTrouble.Unreachable)
        {
            BmcKind = "missing";
            return FreePorts.Take();
        }

        if (IpmiSimProcess.Installed && Options.BmcTrouble != BmcTrouble.StaysOn)
        {
            BmcKind = "ipmi_sim";
            IpmiSimProcess bmc = await IpmiSimProcess.StartAsync(new IpmiSimOptions
            {
                User = BmcUser,
                Password = BmcPassword,
                ChassisControl = node.Power.CommandLine,
            }).ConfigureAwait(false);
            _bmcs.Add(bmc);
            _bmcProcesses.Add(bmc.ProcessId);
            return bmc.Port;
        }

        BmcKind = IpmiSimProcess.Installed ? "our own BMC simulator" : "our own BMC simulator (ipmi_sim is not installed: package openipmi)";
        BmcSimulatorProcess own = await BmcSimulatorProcess.StartAsync(
            BmcUser, BmcPassword, node.Power.CommandLine, node.Folder, Options.BmcTrouble == BmcTrouble.StaysOn).ConfigureAwait(false);
        _bmcs.Add(own);
        _bmcProcesses.Add(own.ProcessId);
        return own.Port;
    }
}
