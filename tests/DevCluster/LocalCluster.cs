using System.Net;
using System.Net.Sockets;
using Cluster.Tests.Support;
using Cluster.Tests.Support.Network;

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

    private const int IpmiPort = 623;

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
        LocalCluster cluster = new(options, options.Network is null ? OnLoopback(options) : InNamespaces(options, options.Network));
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

    /// <summary>A client for the nodes' <see cref="NodeDefinition.ApiUrl"/>. To a node in a namespace it goes by the Unix socket: cuts of the network do not concern it.</summary>
    public HttpClient NewHttpClient(TimeSpan timeout)
    {
        SocketsHttpHandler handler = new();
        if (Options.Network is not null)
        {
            handler.ConnectCallback = ConnectAsync;
        }

        return new HttpClient(handler) { Timeout = timeout };
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

    private static List<NodeDefinition> OnLoopback(LocalClusterOptions options)
    {
        IReadOnlyList<int> ports = FreePorts.Take(4 * options.NodeCount);
        return
        [
            .. Enumerable.Range(0, options.NodeCount).Select(i => new NodeDefinition(
                i + 1, NameOf(i + 1), Path.Combine(options.Folder, NameOf(i + 1)), ports[4 * i], ports[(4 * i) + 1], ports[(4 * i) + 2], ports[(4 * i) + 3])),
        ];
    }

    /// <summary>Each node has all ports for itself.</summary>
    private static List<NodeDefinition> InNamespaces(LocalClusterOptions options, NamespaceNetwork network) =>
    [
        .. Enumerable.Range(1, options.NodeCount).Select(id => new NodeDefinition(id, NameOf(id), Path.Combine(options.Folder, NameOf(id)), 7100, 7200, 7300, 7400)
        {
            NamespacePath = network.Node(id).Path,
            Hosts = [.. Enumerable.Range(0, network.Networks).Select(each => NamespaceNetwork.Address(id, each))],
        }),
    ];

    private static string NameOf(int id) => $"n{id}";

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        NodeDefinition node = Nodes.First(each => each.Name == context.DnsEndPoint.Host);
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(node.ApiSocket), cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task StartAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(SharedFolder);
        NodeFiles.WriteAuthority(Options);
        Dictionary<string, IPEndPoint> bmcs = [];
        foreach (NodeDefinition node in Nodes)
        {
            NodeFiles.Write(node, Options, SharedFolder);
            bmcs[node.Name] = await StartBmcAsync(node).ConfigureAwait(false);
        }

        foreach (NodeDefinition node in Nodes)
        {
            cancellation.ThrowIfCancellationRequested();
            NodeFiles.WriteConfiguration(node, Nodes, bmcs, Options);
            node.Power.On();
        }
    }

    private async Task<IPEndPoint> StartBmcAsync(NodeDefinition node)
    {
        IPEndPoint at = Options.Network is null
            ? new IPEndPoint(IPAddress.Loopback, FreePorts.Take())
            : new IPEndPoint(IPAddress.Parse(NamespaceNetwork.BmcAddress(node.Id)), IpmiPort);
        if (Options.BmcTrouble == BmcTrouble.Unreachable)
        {
            BmcKind = "missing";
            return at;
        }

        if (IpmiSimProcess.Installed && Options.BmcTrouble != BmcTrouble.StaysOn)
        {
            BmcKind = "ipmi_sim";
            IpmiSimOptions options = new()
            {
                User = BmcUser,
                Password = BmcPassword,
                ChassisControl = node.Power.CommandLine,
                Address = at.Address.ToString(),
                Port = at.Port,
            };
            IpmiSimProcess bmc = await AmongBmcs(() => IpmiSimProcess.StartAsync(options)).ConfigureAwait(false);
            _bmcs.Add(bmc);
            _bmcProcesses.Add(bmc.ProcessId);
            return at;
        }

        BmcKind = IpmiSimProcess.Installed ? "our own BMC simulator" : "our own BMC simulator (ipmi_sim is not installed: package openipmi)";
        BmcSimulatorProcess own = await AmongBmcs(() => BmcSimulatorProcess.StartAsync(
            at, BmcUser, BmcPassword, node.Power.CommandLine, node.Folder, Options.BmcTrouble == BmcTrouble.StaysOn)).ConfigureAwait(false);
        _bmcs.Add(own);
        _bmcProcesses.Add(own.ProcessId);
        return at;
    }

    /// <summary>Starts a process where the BMCs live; what <paramref name="start"/> does before its first await is done there.</summary>
    private Task<T> AmongBmcs<T>(Func<Task<T>> start) => Options.Network is { } network ? network.Bmcs.Enter(start) : start();
}
