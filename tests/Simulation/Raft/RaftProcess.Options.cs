using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

// How the engine is set up.
internal sealed partial class RaftProcess
{
    private const int MaxElectionHeartbeats = 7;
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

    /// <summary>The timing that its engine goes by.</summary>
    public RaftTiming Timing { get; private set; }

    /// <summary>What a host has of the plan's patience, heartbeats as planned.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="patience">1 as planned.</param>
    public static RaftTiming TimingOf(RaftPlan plan, double patience = 1) => new(
        TimeSpan.FromMilliseconds(plan.HeartbeatMs),
        TimeSpan.FromMilliseconds(plan.HeartbeatMs * MinElectionHeartbeats * patience),
        TimeSpan.FromMilliseconds(plan.HeartbeatMs * MaxElectionHeartbeats * patience));

    /// <summary>Has the engine go by another timing.</summary>
    public void Retime(RaftTiming timing) => Input(now =>
    {
        Log.Retime(timing, now);
        Timing = timing;
    });

    private RaftOptions Options(RandomStream random) => new()
    {
        Self = Id,
        Voters = IsFounder ? _world.FirstConfiguration.Voters : [],
        HeartbeatInterval = Timing.HeartbeatInterval,
        ElectionTimeoutMin = Timing.ElectionTimeoutMin,
        ElectionTimeoutMax = Timing.ElectionTimeoutMax,
        NewcomerPatience = Host.LongestPatience > Timing.ElectionTimeoutMin ? Host.LongestPatience : Timing.ElectionTimeoutMin,
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
