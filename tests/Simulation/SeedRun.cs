using Cluster.Simulation.Raft;

namespace Cluster.Simulation;

/// <summary>Runs one seed in the kind of world that the seed decides: odd seeds have only consensus, even ones the whole membership.</summary>
internal static class SeedRun
{
    /// <param name="seed">Decides everything.</param>
    /// <param name="mutant">A mistake to make, or <see cref="Mutant.None"/>.</param>
    /// <param name="lines">How many lines of the trace to keep as text.</param>
    public static SeedResult Run(ulong seed, Mutant mutant, int lines = 0) =>
        IsConsensus(seed) ? RaftSeedRun.Run(seed, mutant, lines) : MembershipSeedRun.Run(seed, mutant, lines);

    /// <summary>True when the world of a seed has only consensus.</summary>
    public static bool IsConsensus(ulong seed) => seed % 2 == 1;
}
