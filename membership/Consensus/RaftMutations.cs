namespace Cluster.Consensus;

/// <summary>
/// Promises that the engine can be told to break. For the simulator's canaries only (a checker that has never failed proves
/// nothing); never set in production.
/// </summary>
[Flags]
public enum RaftMutations
{
    /// <summary>Keeps all promises.</summary>
    None = 0,

    /// <summary>Breaks S7: votes and acknowledges before the write is on disk, and counts the leader's own copy as well.</summary>
    AcknowledgeBeforePersisted = 1,
}
