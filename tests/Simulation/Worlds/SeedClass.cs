namespace Cluster.Simulation.Worlds;

/// <summary>What kind of story a seed tells.</summary>
internal enum SeedClass
{
    /// <summary>Any faults, then recovery: safety, L1, L2.</summary>
    Swarm,

    /// <summary>Only stalls, one at a time: L3.</summary>
    Stalls,

    /// <summary>Only one broken link at a time: L3 again, as a broken link is no dead node.</summary>
    Links,

    /// <summary>No faults at all: nobody is ever declared down.</summary>
    Quiet,
}
