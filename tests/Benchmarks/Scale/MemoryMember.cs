using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Benchmarks.Scale;

/// <summary>One node: the daemon's pure core and the daemon's engine, on a machine of its own whose clock is the world's.</summary>
internal sealed class MemoryMember
{
    public MemoryMember(uint id, IReadOnlyList<ConfiguredNode> founders, MembershipTiming timing, ulong seed, MonotonicTime now)
    {
        Id = id;
        RaftNode raft = new(
            new RaftOptions
            {
                Self = new NodeId(id),
                Voters = [.. founders.Select(node => node.Id)],
                HeartbeatInterval = timing.HeartbeatInterval,
                ElectionTimeoutMin = timing.ElectionTimeoutMin,
                ElectionTimeoutMax = timing.ElectionTimeoutMax,
                ClockRateBound = timing.ClockRateBound,
                CommitNoticeDelay = TimeSpan.FromMilliseconds(1),
                Seed = seed,
            },
            RecoveredLog.Empty,
            now);
        Core = new ClusterNode(
            new MembershipOptions { Self = new NodeId(id), Name = NameOf(id), Nodes = founders, Nonce = seed, BootId = $"boot-{id}", ApiUrl = $"http://{NameOf(id)}", Timing = timing },
            raft,
            now);
        FreeAt = now;
        DiskFreeAt = now;
    }

    public uint Id { get; }

    public ClusterNode Core { get; }

    /// <summary>When its processor has done what it was given.</summary>
    public MonotonicTime FreeAt { get; set; }

    /// <summary>When its disk has.</summary>
    public MonotonicTime DiskFreeAt { get; set; }

    /// <summary>Processor time it used.</summary>
    public TimeSpan Busy { get; set; }

    /// <summary>The longest that one input took.</summary>
    public TimeSpan LongestInput { get; set; }

    public bool IsDead { get; set; }

    public static string NameOf(uint id) => $"n{id}";
}
