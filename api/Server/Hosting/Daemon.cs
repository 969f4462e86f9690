using System.Globalization;
using System.Net.Sockets;
using Cluster.Api.Server.Cluster;
using Cluster.Api.Server.Configuration;
using Cluster.Api.Server.Fencing;
using Cluster.Api.Server.Hooks;
using Cluster.Api.Server.Http;
using Cluster.Api.Server.Joining;
using Cluster.Consensus;
using Cluster.Fencing;
using Cluster.Fencing.Exec;
using Cluster.Fencing.Ipmi;
using Cluster.Membership;
using Cluster.Runtime;
using Cluster.Transport.Security;

namespace Cluster.Api.Server.Hosting;

/// <summary>One node: its fence devices, its runtime and its API, put together from the configuration.</summary>
internal sealed partial class Daemon : IAsyncDisposable
{
    private readonly DaemonConfiguration _configuration;
    private readonly FenceDeviceSet _devices;
    private readonly DeviceLevels _levels;
    private readonly FencePolicy _policy;
    private readonly JoinMaterial _material;

    private Daemon(DaemonConfiguration configuration, FenceDeviceSet devices)
    {
        _configuration = configuration;
        _devices = devices;
        _levels = new DeviceLevels(devices);
        _levels.Know(configuration.Nodes.Select(node => (new NodeId(node.Id), node.Name)));
        _policy = configuration.Fencing with { Levels = _levels };
        _material = new JoinMaterial(configuration.PeerTls?.Authority, configuration.AuthorityKey);
    }

    /// <summary>Tries the certificates and makes the fence devices; starts nothing.</summary>
    /// <exception cref="ConfigurationException">
    /// A fence device is not configured as its plug-in needs, or the certificates can't be used.
    /// </exception>
    public static Daemon Create(DaemonConfiguration configuration)
    {
        TryCertificates(configuration);
        try
        {
            FenceDeviceSet devices = FenceDeviceSet.Create(
                configuration.Devices,
                [new IpmiAgentFactory(), new ExecAgentFactory()],
                new SecretSource(configuration.BaseDirectory));
            return new Daemon(configuration, devices);
        }
        catch (FenceConfigurationException error)
        {
            throw new ConfigurationException(
                string.Join('\n', error.Message.Split('\n').Select(complaint => $"{configuration.File}{LineOf(configuration, complaint)}: fencing.devices: {complaint}")));
        }
    }

    private static void TryCertificates(DaemonConfiguration configuration)
    {
        try
        {
            if (configuration.PeerTls is { } files)
            {
                _ = PeerCredentials.Load(files, new PeerName(configuration.Cluster, configuration.Self.Name));
                new JoinMaterial(files.Authority, configuration.AuthorityKey).Try();
            }
        }
        catch (CertificateException error)
        {
            throw new ConfigurationException(
                string.Create(CultureInfo.InvariantCulture, $"{configuration.File}:{configuration.PeerTlsLine}: peerTls: {error.Message}"));
        }
    }

    /// <summary>Every complaint begins with the name of its device, and that has a place in the file.</summary>
    private static string LineOf(DaemonConfiguration configuration, string complaint) => configuration.DeviceLines
        .Where(device => complaint.StartsWith($"Fence device '{device.Key}'", StringComparison.Ordinal))
        .Select(device => string.Create(CultureInfo.InvariantCulture, $":{device.Value}"))
        .FirstOrDefault("");

    /// <summary>Runs the node until a signal ends it, in order: the runtime leaves the cluster while the API still answers, then the API ends.</summary>
    /// <param name="serving">Called when everything serves, with the API's addresses.</param>
    /// <param name="stop">Ends the node.</param>
    /// <param name="hurry">Cuts the farewell short: the cluster will declare the node down.</param>
    /// <returns>True when the node left in good order or was no member; false when the cluster will declare it down and fence it.</returns>
    public async Task<bool> RunAsync(Action<IReadOnlyCollection<string>> serving, Task stop, CancellationToken hurry)
    {
        using ILoggerFactory loggers = LoggerFactory.Create(logging => ApiHost.Logging(logging, _configuration.LogLevel));
        ILogger log = loggers.CreateLogger<Daemon>();
        if (_configuration.Api.AllowPlainRemote)
        {
            LogPlainRemote(log, _configuration.Api.Listen.ToString());
        }

        foreach (NodeEntry node in _configuration.Nodes.Where(node => _devices.Levels(node.Name).Count == 0))
        {
            LogNoDevice(log, node.Name);
        }

        foreach (FenceDevice device in _configuration.Devices)
        {
            foreach (string target in device.Targets.Where(target => _configuration.Nodes.All(node => node.Name != target)))
            {
                LogTargetToCome(log, device.Name, target);
            }
        }

        SocketFile.Prepare(_configuration.Api.Socket);
        var driver = new FenceDriver(new FenceExecutor(_devices), loggers.CreateLogger<FenceDriver>());
        await using NodeRuntime runtime = await NodeRuntime.StartAsync(Options(), driver, loggers, hurry).ConfigureAwait(false);
        using var following = CancellationTokenSource.CreateLinkedTokenSource(hurry);
        Task names = _levels.FollowAsync(runtime, following.Token);
        var leaving = new LeaveOrder();
        var cluster = new RuntimeCluster(
            runtime, _configuration.Cluster, new ClusterProjection(_configuration.Cluster, new NodeId(_configuration.Self.Id), _policy));
        await using WebApplication app = ApiHost.Build(
            _configuration.Api, cluster, new ApiLimits(), logging => ApiHost.Logging(logging, _configuration.LogLevel), _material, leaving);
        await ListenAsync(app, hurry).ConfigureAwait(false);
        await using HookService? hooks = Hooks(cluster, loggers);
        ReturnStartupMemory();
        LogServing(log, string.Join(", ", app.Urls));
        serving([.. app.Urls]);

        await Task.WhenAny(stop, leaving.Asked, runtime.Completion).ConfigureAwait(false);
        LogStopping(log);
        bool left = await runtime.StopAsync(hurry).ConfigureAwait(false);
        await app.StopAsync(hurry).ConfigureAwait(false);
        await runtime.Completion.ConfigureAwait(false);
        await following.CancelAsync().ConfigureAwait(false);
        await names.ConfigureAwait(false);
        return left;
    }

    /// <summary>They go on while the node leaves: also of that somebody may want to know.</summary>
    private HookService? Hooks(RuntimeCluster cluster, ILoggerFactory loggers) => _configuration.Hooks is not { } hooks ? null : new HookService(
        cluster,
        new HookOptions
        {
            Directory = hooks.Directory,
            PositionDirectory = Path.Combine(_configuration.DataDirectory, "hooks"),
            Cluster = _configuration.Cluster,
            Node = _configuration.Self.Name,
            Timeout = hooks.Timeout,
            AtOnce = hooks.AtOnce,
        },
        loggers.CreateLogger<HookService>());

    private async Task ListenAsync(WebApplication app, CancellationToken hurry)
    {
        try
        {
            await app.StartAsync(hurry).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new IOException(
                $"the API can't listen on {_configuration.Api.Listen} and {_configuration.Api.Socket}: {error.GetBaseException().Message}. " +
                "Give api.listen an address of this machine and a port that nothing else uses",
                error);
        }
    }

    public ValueTask DisposeAsync() => _devices.DisposeAsync();

    /// <summary>What the start needed is given back to the machine: afterwards little is allocated, so it would stay for long.</summary>
    private static void ReturnStartupMemory() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    private NodeRuntimeOptions Options() => new()
    {
        ClusterId = _configuration.Cluster,
        Self = new NodeId(_configuration.Self.Id),
        Nodes = [.. _configuration.Nodes.Select(node => new NodePeer(new NodeId(node.Id), node.Name, node.Addresses))],
        IsFounder = _configuration.IsFounder,
        DataDirectory = _configuration.DataDirectory,
        PeerTls = _configuration.PeerTls,
        MemberSocketPath = _configuration.MemberSocket,
        Timing = _configuration.Timing,
        Fencing = _policy,
        Quorum = _configuration.Quorum,
        Groups = _configuration.Groups,
        Limits = _configuration.Limits,
        Compaction = _configuration.Log.Compaction,
        LogSegmentBytes = _configuration.Log.SegmentBytes,
        ApiUrl = _configuration.Api.Advertise.ToString().TrimEnd('/'),
        BootId = Environment.GetEnvironmentVariable(BootIdVariable) is { Length: > 0 } given ? given : null,
    };

    /// <summary>
    /// Stands for the machine's boot id where processes stand for machines, as in the demo: there every "power on" gives a new one. Whoever sets it
    /// vouches that nothing of the node's former life still runs.
    /// </summary>
    public const string BootIdVariable = "CLUSTER_BOOT_ID";

    [LoggerMessage(5301, LogLevel.Information, "the API serves on {Addresses}")]
    private static partial void LogServing(ILogger log, string addresses);

    [LoggerMessage(
        5302,
        LogLevel.Warning,
        "api.allowPlainRemote is set: the API on {Address} is neither encrypted nor does it ask who calls; whoever reaches it can fence nodes")]
    private static partial void LogPlainRemote(ILogger log, string address);

    [LoggerMessage(5303, LogLevel.Warning, "no fence device can stop {Node}: when it fails, what it held waits for a human's word")]
    private static partial void LogNoDevice(ILogger log, string node);

    [LoggerMessage(
        5305,
        LogLevel.Warning,
        "the fence device {Device} is for {Target}, which is not among the configured nodes: it counts when a node of that name has joined; correct it if it is a typing error")]
    private static partial void LogTargetToCome(ILogger log, string device, string target);

    [LoggerMessage(5304, LogLevel.Information, "asked to stop: leaving the cluster in order; a second signal ends at once")]
    private static partial void LogStopping(ILogger log);
}
