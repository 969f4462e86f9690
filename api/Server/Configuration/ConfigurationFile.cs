using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Transport.Security;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cluster.Api.Server.Configuration;

/// <summary>Reads and checks the daemon's YAML file. Strict: a key that is not known is an error, because a typing error must not become a default.</summary>
internal static partial class ConfigurationFile
{
    private const int LongestSocketPath = 107; // sockaddr_un, unix(7)

    private static readonly IReadOnlyDictionary<string, FenceKind> Kinds = new SortedDictionary<string, FenceKind>(StringComparer.Ordinal)
    {
        ["off"] = FenceKind.Off,
        ["reboot"] = FenceKind.Reboot,
    };

    private static readonly IReadOnlyDictionary<string, StartupFencing> StartupFencings = new SortedDictionary<string, StartupFencing>(StringComparer.Ordinal)
    {
        ["ask-operator"] = StartupFencing.AskOperator,
        ["fence-unseen"] = StartupFencing.FenceUnseen,
    };

    private static readonly IReadOnlyDictionary<string, NoQuorumPolicy> NoQuorumPolicies = new SortedDictionary<string, NoQuorumPolicy>(StringComparer.Ordinal)
    {
        ["freeze"] = NoQuorumPolicy.Freeze,
        ["stop"] = NoQuorumPolicy.Stop,
    };

    private static readonly IReadOnlyDictionary<string, LateMember> LateMembers = new SortedDictionary<string, LateMember>(StringComparer.Ordinal)
    {
        ["expel"] = LateMember.Expel,
        ["fence"] = LateMember.Fence,
    };

    private static readonly IReadOnlyDictionary<string, LogLevel> LogLevels = new Dictionary<string, LogLevel>(StringComparer.Ordinal)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
    };

    /// <exception cref="ConfigurationException">The file can't be read, or something in it is wrong.</exception>
    public static DaemonConfiguration Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(
                $"{path}: the configuration can't be read: {error.Message} Name a readable file with --config.");
        }

        return Parse(text, path);
    }

    /// <summary>The words that <c>--log-level</c> and <c>logLevel</c> take.</summary>
    public static IReadOnlyDictionary<string, LogLevel> LogLevelWords => LogLevels;

    internal static DaemonConfiguration Parse(string text, string path)
    {
        var errors = new ConfigErrors(path);
        var root = new YamlMap(ReadRoot(text, path), "", errors);
        string directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";

        string cluster = root.RequiredText("cluster", "name the cluster, the same on every node");
        if (cluster.Length > 0 && !PeerName.IsName(cluster))
        {
            root.Error("cluster", $"'{cluster}' is not a name; write {PeerName.NameRule}");
        }

        string nodeName = root.RequiredText("node", "name this node as in 'nodes'");
        bool joined = root.Flag("joined", false);
        List<NodeEntry> nodes = ReadNodes(root, joined);

        // The founders have lower numbers: of two of one name, the later one is this node.
        NodeEntry? self = nodes.LastOrDefault(node => node.Name == nodeName);
        if (self is null && nodeName.Length > 0 && nodes.Count > 0)
        {
            root.Error("node", $"'{nodeName}' is not among the nodes ({string.Join(", ", nodes.Select(node => node.Name))}); name one of them");
        }

        string data = root.RequiredText("dataDirectory", "name the folder for this node's log; no other node may use it");
        (PeerTlsFiles? peerTls, string? authorityKey) = ReadPeerTls(root, errors, directory);
        ApiConfiguration? api = ReadApi(root.Map("api"), directory);
        YamlMap members = root.Map("members");
        string memberSocket = SocketPath(members, "/run/cluster/members.sock", directory);
        members.Close();
        MembershipTiming timing = ReadTiming(root, errors);
        YamlMap fencing = root.Map("fencing");
        FencePolicy policy = ReadPolicy(fencing);
        var deviceLines = new Dictionary<string, long>(StringComparer.Ordinal);
        IReadOnlyList<FenceDevice> devices = ReadDevices(fencing, deviceLines);
        fencing.Close();
        QuorumPolicy quorum = ReadQuorum(root.Map("quorum"), nodes);
        GroupPolicy groups = ReadGroups(root.Map("groups"));
        HistoryLimits limits = ReadLimits(root.Map("limits"));
        CheckTogether(
            root,
            new ClusterSettings { Timing = timing, Quorum = quorum, Fencing = policy, Groups = groups, Limits = limits },
            timingIsGood: !errors.Any);
        LogConfiguration log = ReadLog(root.Map("log"));
        HookConfiguration? hooks = ReadHooks(root.Map("hooks"), directory);
        LogLevel level = root.Word("logLevel", LogLevels) ?? LogLevel.Information;
        root.Close();
        errors.ThrowIfAny();
        return new DaemonConfiguration
        {
            File = path,
            BaseDirectory = directory,
            Cluster = cluster,
            Self = self!,
            Nodes = nodes,
            DataDirectory = Path.GetFullPath(data, directory),
            PeerTls = peerTls,
            AuthorityKey = authorityKey,
            IsFounder = !joined,
            PeerTlsLine = root.At("peerTls").Line,
            Api = api!,
            MemberSocket = memberSocket,
            Timing = timing,
            Fencing = policy,
            Quorum = quorum,
            Groups = groups,
            Limits = limits,
            Devices = devices,
            DeviceLines = deviceLines,
            Log = log,
            Hooks = hooks,
            LogLevel = level,
        };
    }

    private static YamlNode ReadRoot(string text, string path)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            throw new ConfigurationException($"{path}:{error.Start.Line}: is not good YAML: {error.InnerException?.Message ?? error.Message}");
        }

        return stream.Documents.Count == 1
            ? stream.Documents[0].RootNode
            : throw new ConfigurationException($"{path}: holds {stream.Documents.Count} YAML documents; it must hold exactly one");
    }

    private static string SocketPath(YamlMap map, string otherwise, string directory)
    {
        string path = Path.GetFullPath(map.Text("socket") ?? otherwise, directory);
        if (System.Text.Encoding.UTF8.GetByteCount(path) > LongestSocketPath)
        {
            map.Error("socket", $"{path} is longer than the {LongestSocketPath} bytes that a Unix socket's path may have; choose a shorter one");
        }

        return path;
    }
}
