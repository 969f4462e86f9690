namespace Cluster.Simulation.Raft;

/// <summary>What kind of story a seed of the consensus world tells.</summary>
internal enum RaftSeedClass
{
    /// <summary>Any faults, then recovery: safety and L1.</summary>
    Swarm,

    /// <summary>Only followers fail, and never so many that the leader lacks a majority: nobody else is ever elected.</summary>
    Steady,

    /// <summary>No faults at all.</summary>
    Quiet,
}
