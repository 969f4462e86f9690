using Cluster.Consensus;
using Cluster.Fencing;
using Cluster.Membership;
using Cluster.Membership.Protocol;
using Cluster.Storage;
using Cluster.Transport.Security;
using YamlDotNet.RepresentationModel;

namespace Cluster.Api.Server.Configuration;

/// <content>Timing and fencing.</content>
internal static partial class ConfigurationFile
{
    private static MembershipTiming ReadTiming(YamlMap root, ConfigErrors errors)
    {
        YamlNode? node = root.Node("timing");
        if (node is null)
        {
            return MembershipTiming.Lan;
        }

        if (node is YamlScalarNode word)
        {
            if (Profile(word.Value) is { } named)
            {
                return named;
            }

            root.Error("timing", $"'{word.Value}' is not known; write lan, fast, wan, or a mapping of single settings");
            return MembershipTiming.Lan;
        }

        var map = new YamlMap(node, "timing", errors);
        string? profileWord = map.Text("profile");
        MembershipTiming? profile = Profile(profileWord ?? "lan");
        if (profile is null)
        {
            map.Error("profile", $"'{profileWord}' is not known; write lan, fast or wan");
            profile = MembershipTiming.Lan;
        }

        MembershipTiming timing = profile with
        {
            HeartbeatInterval = map.Duration("heartbeatInterval") ?? profile.HeartbeatInterval,
            ElectionTimeoutMin = map.Duration("electionTimeoutMin") ?? profile.ElectionTimeoutMin,
            ElectionTimeoutMax = map.Duration("electionTimeoutMax") ?? profile.ElectionTimeoutMax,
            Lease = map.Duration("lease") ?? profile.Lease,
            ClockRateBound = map.Ratio("clockRateBound") ?? profile.ClockRateBound,
            StallThreshold = map.Duration("stallThreshold") ?? profile.StallThreshold,
            StartupGrace = map.Duration("startupGrace") ?? profile.StartupGrace,
        };
        map.Close();
        try
        {
            timing.Validate();
        }
        catch (ArgumentException error)
        {
            root.Error("timing", error.Message);
        }

        return timing;
    }

    private static MembershipTiming? Profile(string? word) => word switch
    {
        "lan" => MembershipTiming.Lan,
        "fast" => MembershipTiming.Fast,
        "wan" => MembershipTiming.Wan,
        _ => null,
    };

    private static QuorumPolicy ReadQuorum(YamlMap map, IReadOnlyList<NodeEntry> nodes)
    {
        var defaults = new QuorumPolicy();
        string? favoured = map.Text("twoNodeFavoured");
        NodeEntry? found = nodes.FirstOrDefault(node => node.Name == favoured);
        if (favoured is not null && found is null)
        {
            map.Error("twoNodeFavoured", $"'{favoured}' is not among the nodes ({string.Join(", ", nodes.Select(node => node.Name))}); name one of them");
        }

        QuorumPolicy policy = defaults with
        {
            VotersWanted = map.Number("votersWanted", 1, 101) ?? defaults.VotersWanted,
            WaitForAll = map.Flag("waitForAll", defaults.WaitForAll),
            StartupFencing = map.Word("startupFencing", StartupFencings) ?? defaults.StartupFencing,
            LastManStanding = map.Flag("lastManStanding", defaults.LastManStanding),
            LastManStandingWindow = map.Duration("lastManStandingWindow") ?? defaults.LastManStandingWindow,
            TwoNode = map.Flag("twoNode", defaults.TwoNode),
            TwoNodeDelay = map.Duration("twoNodeDelay") ?? defaults.TwoNodeDelay,
            TwoNodeFavoured = found is null ? NodeId.None : new NodeId(found.Id),
            NoQuorum = map.Word("noQuorum", NoQuorumPolicies) ?? defaults.NoQuorum,
            NoQuorumStopAfter = map.Duration("noQuorumStopAfter") ?? defaults.NoQuorumStopAfter,
        };
        map.Close();
        return policy;
    }

    private static GroupPolicy ReadGroups(YamlMap map)
    {
        var defaults = new GroupPolicy();
        GroupPolicy policy = defaults with
        {
            AckDeadline = map.Duration("ackDeadline") ?? defaults.AckDeadline,
            LateMember = map.Word("lateMember", LateMembers) ?? defaults.LateMember,
        };
        map.Close();
        return policy;
    }

    private static HistoryLimits ReadLimits(YamlMap map)
    {
        var defaults = new HistoryLimits();
        HistoryLimits limits = defaults with
        {
            EventsRetained = map.Number("eventsRetained", 1, int.MaxValue) ?? defaults.EventsRetained,
            OperationsRetained = map.Number("operationsRetained", 1, int.MaxValue) ?? defaults.OperationsRetained,
        };
        map.Close();
        return limits;
    }

    /// <summary>What is the same on all nodes must fit together from the start; later, changes are checked by the same rules.</summary>
    private static void CheckTogether(YamlMap root, ClusterSettings settings, bool timingIsGood)
    {
        foreach (string problem in timingIsGood ? SettingsRules.Validate(settings) : [])
        {
            root.Error("timing, quorum, fencing, groups, limits", $"{problem}; correct it, or choose a profile for 'timing' ({string.Join(", ", ClusterSettings.Profiles)})");
        }
    }

    private static LogConfiguration ReadLog(YamlMap map)
    {
        var defaults = new CompactionPolicy();
        int segment = map.Number("segmentKib", 64, WriteAheadLogOptions.MaxSegmentBytes / 1024) ?? DefaultSegmentKib;
        CompactionPolicy policy = defaults with
        {
            Entries = map.Number("snapshotAfterEntries", 100, int.MaxValue) ?? defaults.Entries,
            Bytes = 1024L * (map.Number("snapshotAfterKib", 64, int.MaxValue) ?? (int)(defaults.Bytes / 1024)),
        };
        map.Close();
        return new LogConfiguration(segment * 1024, policy);
    }

    private const int DefaultSegmentKib = 16 * 1024;

    private static FencePolicy ReadPolicy(YamlMap map)
    {
        var defaults = new FencePolicy();
        FencePolicy policy = defaults with
        {
            OnDown = map.Word("onDown", Kinds) ?? defaults.OnDown,
            AttemptDeadline = Positive(map, "attemptDeadline", defaults.AttemptDeadline),
            RetryMin = Positive(map, "retryMin", defaults.RetryMin),
            RetryMax = Positive(map, "retryMax", defaults.RetryMax),
        };
        if (policy.RetryMax < policy.RetryMin)
        {
            map.Error("retryMax", "is less than retryMin; make it at least as long");
        }

        return policy;
    }

    private static TimeSpan Positive(YamlMap map, string key, TimeSpan otherwise)
    {
        TimeSpan value = map.Duration(key) ?? otherwise;
        if (value <= TimeSpan.Zero)
        {
            map.Error(key, "must be longer than nothing");
        }

        return value;
    }

    private static List<FenceDevice> ReadDevices(YamlMap fencing, Dictionary<string, long> lines)
    {
        var devices = new List<FenceDevice>();
        foreach (YamlMap map in fencing.Maps("devices"))
        {
            string name = map.RequiredText("name", "give the device a name of its own");
            lines.TryAdd(name, map.At("name").Line);
            string agent = map.RequiredText("agent", "name the fencing plug-in, e.g. ipmi");
            IReadOnlyList<string> targets = map.Texts("targets");
            if (targets.Count == 0)
            {
                map.Error("targets", "is missing or empty; list the nodes that the device can fence, e.g. [n2]");
            }

            // Nodes join while the cluster runs, so a target need not be among the founders; but it must be able to be a node.
            foreach (string target in targets.Where(target => !PeerName.IsName(target)))
            {
                map.Error("targets", $"'{target}' is no node's name; write {PeerName.NameRule}");
            }

            int level = map.Number("level", 1, 9) ?? 1;
            IReadOnlyDictionary<string, string> parameters = map.StringMap("parameters");
            map.Close();
            devices.Add(new FenceDevice(name, agent, targets, parameters, level));
        }

        return devices;
    }
}
