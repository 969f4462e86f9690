using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

// How the engine is set up.
internal sealed partial class RaftProcess
{
    public const int MaxElectionHeartbeats = 7;
    private const int MinElectionHeartbeats = 4;

    /// <summary>Who takes part as this process knows.</summary>
    public ClusterConfiguration Configuration => Log.Configuration;

    /// <summary>The newest configuration in its log, read from the log itself.</summary>
    public ClusterConfiguration ConfigurationInLog => Host.Disk.QueuedLog.Configuration?.Configuration ?? _world.FirstConfiguration;

    /// <summary>What of the configuration is still under way on a leader; null when nothing is.</summary>
    public string? Unsettled =>
        Configuration.IsJoint || Log.ConfigurationIndex > Log.Status.CommitIndex ? $"the configuration ({Configuration}) is not settled" : null;

    // Others wait until the leader turns to them.
    private bool IsFounder => Id.Value <= (uint)_world.Plan.Voters && !Host.WasReplaced;

    private RaftOptions Options(RandomStream random) => new()
    {
        Self = Id,
        Voters = IsFounder ? _world.FirstConfiguration.Voters : [],
        HeartbeatInterval = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs),
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs * MinElectionHeartbeats),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs * MaxElectionHeartbeats),
        ClockRateBound = 1.1,
        MaxInflightAppends = _world.Plan.MaxInflightAppends,
        MaxBytesPerAppend = _world.Plan.MaxBytesPerAppend,
        MaxPromotionLag = _world.Plan.MaxPromotionLag,
        TrailingEntries = _world.Plan.TrailingEntries,
        SnapshotChunkBytes = _world.Plan.SnapshotChunkBytes,
        MaxInflightSnapshotBytes = _world.Plan.MaxInflightSnapshotBytes,
        CommitNoticeDelay = TimeSpan.FromMilliseconds(1),
        Seed = random.Next(),
        Mutations = _world.Mutant.Raft,
    };
}
