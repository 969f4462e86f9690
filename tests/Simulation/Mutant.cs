using Cluster.Consensus;
using Cluster.Membership;
using Cluster.Simulation.Disks;
using Cluster.Storage;

namespace Cluster.Simulation;

/// <summary>A deliberate mistake that the checkers must catch: a checker that has never failed proves nothing.</summary>
/// <param name="Name">How it is called on the command line.</param>
/// <param name="Promise">The promise, or the known bug, that it is about.</param>
/// <param name="Mistake">What is done wrong.</param>
internal sealed partial record Mutant(string Name, string Promise, string Mistake)
{
    /// <summary>The product as it is.</summary>
    public static readonly Mutant None = new("none", "", "");

    /// <summary>The kind of world that shows it soonest; null for any.</summary>
    public bool? InConsensus => Membership != MembershipMutations.None ? false : Raft != RaftMutations.None || FencerLies ? true : null;

    public RaftMutations Raft { get; init; }

    public MembershipMutations Membership { get; init; }

    public StorageMutations Storage { get; init; }

    public DiskMutations Disk { get; init; }

    /// <summary>In the consensus world: who has the other of two voters stopped vouches for it without having done so.</summary>
    public bool FencerLies { get; init; }

    /// <summary>The seed to try it on as number <paramref name="number"/>, from <paramref name="first"/> on.</summary>
    public ulong Seed(ulong first, int number)
    {
        if (InConsensus is not bool consensus)
        {
            return first + (ulong)number;
        }

        ulong fitting = SeedRun.IsConsensus(first) == consensus ? first : first + 1;
        return fitting + (2 * (ulong)number);
    }

    public static Mutant? Find(string name)
    {
        foreach (Mutant mutant in All)
        {
            if (mutant.Name == name)
            {
                return mutant;
            }
        }

        return null;
    }
}
