using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Membership.Protocol;

namespace Cluster.Simulation.Worlds;

/// <summary>What a seed decides before the world begins.</summary>
internal sealed class SeedPlan
{
    private static readonly string[] s_groups = ["in-process", "user-space"];
    private readonly Evidence _userSpaceEvidence;

    public SeedPlan(ulong seed)
    {
        Seed = seed;
        RandomStream random = new((seed * 0xD1342543DE82EF95UL) ^ 0x2545F4914F6CDD1DUL);
        double kind = random.Between(0, 1);
        Class = kind < 0.01 ? SeedClass.Quiet : kind < 0.05 ? SeedClass.Links : kind < 0.15 ? SeedClass.Stalls : SeedClass.Swarm;
        NodeCount = random.Chance(0.6) ? 3 : 5;
        Timing = (random.Chance(0.65) ? MembershipTiming.Lan : MembershipTiming.Fast) with
        {
            StartupGrace = TimeSpan.FromSeconds(random.Between(1, 4)),
        };
        FencingLevels = random.Chance(0.3) ? 2 : 1;
        FaultsEnd = SimTime.Seconds(random.Between(20, 40));
        MaxInflightAppends = random.Pick([1, 4, 64]);
        MaxBytesPerAppend = random.Pick([100, 1_000, 256 * 1024]);
        ChatterGapMs = random.Chance(0.4) ? random.Between(20, 300) : 0;
        SegmentBytes = random.Pick([8, 16, 64]) * 1024;
        CompactEvery = random.Pick([20, 100, 100_000]);
        TrailingEntries = random.Pick([0, 10, 5_000]);
        SnapshotChunkBytes = random.Pick([500, 128 * 1024]);
        Garble = random.Chance(0.3) ? 0.05 : 0;
        _userSpaceEvidence = random.Chance(0.5) ? Evidence.ObservedOff : Evidence.ConfirmedByHuman;
        Nodes = [.. Enumerable.Range(1, NodeCount).Select(number => new ConfiguredNode(new NodeId((uint)number), $"n{number}"))];
        Voters = [.. Nodes.Select(node => node.Id)];
        Fencing = new FencePolicy
        {
            OnDown = random.Chance(0.8) ? FenceKind.Reboot : FenceKind.Off,
            Levels = Voters.ToDictionary(voter => voter, IReadOnlyList<int> (_) => [.. Enumerable.Range(1, FencingLevels)]),
            AttemptDeadline = TimeSpan.FromSeconds(random.Between(1, 3)),
            RetryMin = TimeSpan.FromMilliseconds(200),
            RetryMax = TimeSpan.FromSeconds(1),
        };
        NoQuorum = random.Chance(0.4) ? NoQuorumPolicy.Stop : NoQuorumPolicy.Freeze;
        LateMember = random.Chance(0.75) ? LateMember.Expel : LateMember.Fence;
    }

    public ulong Seed { get; }

    public SeedClass Class { get; }

    public int NodeCount { get; }

    public IReadOnlyList<ConfiguredNode> Nodes { get; }

    public IReadOnlyList<NodeId> Voters { get; }

    public MembershipTiming Timing { get; }

    public FencePolicy Fencing { get; }

    public int FencingLevels { get; }

    /// <summary>Narrow in some seeds, so that the limits of replication bind.</summary>
    public int MaxInflightAppends { get; }

    /// <summary>Narrow in some seeds, so that the limits of replication bind.</summary>
    public int MaxBytesPerAppend { get; }

    /// <summary>The mean gap between commands without effect; 0 for none.</summary>
    public double ChatterGapMs { get; }

    /// <summary>The size of a segment of the log: small, so that it rolls over often.</summary>
    public int SegmentBytes { get; }

    /// <summary>After how many entries a snapshot is taken.</summary>
    public int CompactEvery { get; }

    public int TrailingEntries { get; }

    public int SnapshotChunkBytes { get; }

    /// <summary>How likely a power cut flips a bit in a sector that was being written.</summary>
    public double Garble { get; }

    /// <summary>True time at which all faults end and recovery must begin.</summary>
    public long FaultsEnd { get; }

    public IReadOnlyList<string> Groups => s_groups;

    public NoQuorumPolicy NoQuorum { get; }

    /// <summary>Short enough to happen, long enough for every timing that <see cref="Faults.SettingsTurn"/> brings into force.</summary>
    public static TimeSpan NoQuorumStopAfter { get; } = TimeSpan.FromSeconds(2);

    /// <summary>What becomes of members that do not acknowledge within <see cref="AckDeadline"/>.</summary>
    public LateMember LateMember { get; }

    /// <summary>Long enough for every timing that <see cref="Faults.SettingsTurn"/> brings into force.</summary>
    public static TimeSpan AckDeadline { get; } = TimeSpan.FromSeconds(6);

    /// <summary>The weakest evidence that a group accepts.</summary>
    public Evidence RequiredEvidence(string group) => group == s_groups[0] ? Evidence.ConfirmedByHuman : _userSpaceEvidence;

    public override string ToString() =>
        $"seed {Seed}: {Class}, {NodeCount} nodes, lease {Timing.Lease.TotalMilliseconds:F0} ms, faults until {SimTime.Text(FaultsEnd)}, "
        + $"{FencingLevels} fencing level(s), on down {Fencing.OnDown}, user-space demands {_userSpaceEvidence}";
}
