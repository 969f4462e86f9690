using Cluster.Consensus;
using Cluster.Membership;

namespace Cluster.Simulation;

/// <summary>A deliberate mistake that the checkers must catch: a checker that has never failed proves nothing.</summary>
internal sealed record Mutant(string Name, string Breaks, RaftMutations Raft, MembershipMutations Membership)
{
    /// <summary>The product as it is.</summary>
    public static readonly Mutant None = new("none", "", RaftMutations.None, MembershipMutations.None);

    /// <summary>All mutants.</summary>
    public static readonly IReadOnlyList<Mutant> All =
    [
        new(
            "declare-down-early",
            "S2: declares a node down when only half of its lease has run out",
            RaftMutations.None,
            MembershipMutations.DeclareDownEarly),
        new(
            "acknowledge-before-persisted",
            "S7: votes and acknowledges before the write is on disk",
            RaftMutations.AcknowledgeBeforePersisted,
            MembershipMutations.None),
        new(
            "restart-group-before-evidence",
            "S3: starts a group before its departed members are proven stopped",
            RaftMutations.None,
            MembershipMutations.RestartGroupBeforeEvidence),
    ];

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
