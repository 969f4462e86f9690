using System.Security.Cryptography;
using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Runtime;

/// <summary>Makes the pure core from the settings of the daemon.</summary>
internal static class NodeFactory
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>A number that no other life of any daemon has.</summary>
    public static ulong DrawNonce() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Makes the node over what storage found.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="founders">The nodes that the cluster began with; see <see cref="FoundersFile"/>.</param>
    /// <param name="stored">The timing to begin with; see <see cref="TimingStore"/>.</param>
    /// <param name="nonce">Tells this life from every other.</param>
    /// <param name="recovered">What storage found.</param>
    /// <param name="now">The time.</param>
    public static ClusterNode Make(
        NodeRuntimeOptions options,
        IReadOnlyList<ConfiguredNode> founders,
        StoredTiming stored,
        ulong nonce,
        RecoveredLog recovered,
        MonotonicTime now)
    {
        MembershipTiming timing = stored.Timing;
        var raft = new RaftOptions
        {
            Self = options.Self,
            Voters = [.. founders.Select(node => node.Id)],
            HeartbeatInterval = timing.HeartbeatInterval,
            ElectionTimeoutMin = timing.ElectionTimeoutMin,
            ElectionTimeoutMax = timing.ElectionTimeoutMax,
            NewcomerPatience = stored.Patience,
            ClockRateBound = timing.ClockRateBound,
            CommitNoticeDelay = NodeRuntimeOptions.CommitNoticeDelay,
            TrailingEntries = options.TrailingEntries,
            Seed = DrawNonce(),
        };
        var membership = new MembershipOptions
        {
            Self = options.Self,
            Nodes = founders,
            Name = options.Own.Name,
            ApiUrl = options.ApiUrl,
            Nonce = nonce,
            BootId = options.BootId ?? File.ReadAllText(BootIdPath).Trim(),
            Timing = options.Timing,
            StoredTiming = stored,
            Fencing = options.Fencing,
            Quorum = options.Quorum,
            Groups = options.Groups,
            Limits = options.Limits,
            Compaction = options.Compaction,
            FeatureLevel = options.FeatureLevel,
        };
        return new ClusterNode(membership, new RaftNode(raft, recovered, now), now);
    }
}
