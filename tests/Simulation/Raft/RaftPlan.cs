using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

/// <summary>What a seed of the consensus world decides before it begins.</summary>
internal sealed class RaftPlan
{
    public RaftPlan(ulong seed)
    {
        Seed = seed;
        RandomStream random = new((seed * 0xA0761D6478BD642FUL) ^ 0xE7037ED1A0B428DBUL);
        double kind = random.Between(0, 1);
        Class = kind < 0.03 ? RaftSeedClass.Quiet : kind < 0.13 ? RaftSeedClass.Steady : RaftSeedClass.Swarm;
        Voters = random.Pick([3, 3, 3, 3, 4, 5, 5, 5, 6, 7]);
        Spares = random.Chance(0.04) ? 20 : random.Pick([0, 1, 2, 3, 4]);
        HeartbeatMs = random.Chance(0.7) ? 50 : 20;
        FaultsEnd = SimTime.Seconds(random.Between(6, 16));
        SegmentBytes = random.Pick([8, 16, 64]) * 1024;
        Garble = random.Chance(0.3) ? 0.05 : 0;
        MaxInflightAppends = random.Pick([1, 4, 64]);
        MaxBytesPerAppend = random.Pick([100, 1_000, 256 * 1024]);
        Clients = 1 + random.Below(6);
        ClientGapMs = random.Pick<double>([2, 10, 40, 600]);
        PayloadBytes = random.Pick([12, 40, 300]);
        StateBytes = random.Pick([0, 500, 8_000]);
        CompactEvery = random.Pick([0, 15, 60, 300]);
        TrailingEntries = random.Pick([0, 5, 100]);
        SnapshotChunkBytes = random.Pick([64, 1_000, 128 * 1024]);
        MaxInflightSnapshotBytes = random.Pick([64, 2_000, 1024 * 1024]);
        MaxPromotionLag = random.Pick([0, 20, 1_000]);
        StrayParts = Class == RaftSeedClass.Steady && random.Chance(0.5) ? 0.02 : 0;
        DamagedChunks = random.Chance(0.3) ? 0.05 : 0;
        HasLateTransfers = random.Chance(0.3);
        ChangeGapMs = random.Chance(0.75) ? random.Between(100, 2_500) : 0;
        HasWeights = Class == RaftSeedClass.Swarm && random.Chance(0.4);
        if (Class == RaftSeedClass.Swarm && random.Chance(0.2))
        {
            Voters = 2;
            HasFencers = true;
            Spares = random.Pick([0, 0, 1, 2]);
            ChangeGapMs = random.Chance(0.8) ? random.Between(300, 1_500) : 0;
            FenceGapMs = random.Between(200, 3_000);
        }
    }

    public ulong Seed { get; }

    public RaftSeedClass Class { get; }

    /// <summary>How many hosts vote from the beginning.</summary>
    public int Voters { get; }

    /// <summary>How many hosts more there are, for changes of the configuration to bring in.</summary>
    public int Spares { get; }

    public int Hosts => Voters + Spares;

    /// <summary>Election timeouts are 4 to 7 of these.</summary>
    public double HeartbeatMs { get; }

    public long FaultsEnd { get; }

    public int SegmentBytes { get; }

    public double Garble { get; }

    public int MaxInflightAppends { get; }

    public int MaxBytesPerAppend { get; }

    public int Clients { get; }

    /// <summary>The mean pause of a client between two requests.</summary>
    public double ClientGapMs { get; }

    public int PayloadBytes { get; }

    /// <summary>Bytes that make the state larger than it needs to be, so that a snapshot has several chunks.</summary>
    public int StateBytes { get; }

    /// <summary>After how many applied entries a snapshot is taken; 0 for never.</summary>
    public int CompactEvery { get; }

    public int TrailingEntries { get; }

    public int SnapshotChunkBytes { get; }

    public int MaxInflightSnapshotBytes { get; }

    public int MaxPromotionLag { get; }

    /// <summary>The part of messages that goes astray all the time, in steady seeds: answers come when nobody expects them any more.</summary>
    public double StrayParts { get; }

    /// <summary>The part of pieces of snapshots that is damaged on the way.</summary>
    public double DamagedChunks { get; }

    /// <summary>Requests to take over arrive late.</summary>
    public bool HasLateTransfers { get; }

    /// <summary>The mean gap between changes of the configuration and transfers of leadership; 0 for none.</summary>
    public double ChangeGapMs { get; }

    /// <summary>Changes give votes weights. Never in steady seeds: one follower could be the majority there.</summary>
    public bool HasWeights { get; }

    /// <summary>Two hosts vote at the beginning, and each may have the other stopped and go on alone.</summary>
    public bool HasFencers { get; }

    /// <summary>The mean gap between two such attempts of one host.</summary>
    public double FenceGapMs { get; }

    public override string ToString() =>
        $"seed {Seed}: consensus, {Class}, {Voters} voters, {Spares} spares, heartbeat {HeartbeatMs} ms, faults until {SimTime.Text(FaultsEnd)}, "
        + $"{Clients} clients, compact every {CompactEvery}, change every {ChangeGapMs:F0} ms";
}
