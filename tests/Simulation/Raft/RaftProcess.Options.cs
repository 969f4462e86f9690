using Cluster.Consensus;
using Cluster.Simulation.Worlds;

namespace Cluster.Simulation.Raft;

// How the engine is set up.
internal sealed partial class RaftProcess
{
    public const int MaxElectionHeartbeats = 7;
    private const int MinElectionHeartbeats = 4;

    /// <summary>When the engine was last told the time by a tick.</summary>
    public MonotonicTime TickedAt { get; private set; } = MonotonicTime.DistantPast;

    /// <summary>The sets of which a majority is needed: one, or two while the configuration is joint.</summary>
    public IEnumerable<IReadOnlyList<NodeId>> QuorumHalves => [_world.Voters];

    /// <summary>Who takes part.</summary>
    public IReadOnlyList<NodeId> Members => _world.Voters;

    /// <summary>What of the configuration is still under way on a leader; null when nothing is.</summary>
    public string? Unsettled => null;

    private RaftOptions Options(RandomStream random) => new()
    {
        Self = Id,
        Voters = _world.Voters,
        HeartbeatInterval = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs),
        ElectionTimeoutMin = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs * MinElectionHeartbeats),
        ElectionTimeoutMax = TimeSpan.FromMilliseconds(_world.Plan.HeartbeatMs * MaxElectionHeartbeats),
        ClockRateBound = 1.1,
        MaxInflightAppends = _world.Plan.MaxInflightAppends,
        MaxBytesPerAppend = _world.Plan.MaxBytesPerAppend,
        TrailingEntries = _world.Plan.TrailingEntries,
        SnapshotChunkBytes = _world.Plan.SnapshotChunkBytes,
        MaxInflightSnapshotBytes = _world.Plan.MaxInflightSnapshotBytes,
        Seed = random.Next(),
        Mutations = _world.Mutant.Raft,
    };
}
