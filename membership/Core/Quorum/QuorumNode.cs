namespace Cluster.Membership;

/// <summary>A node as the quorum calculator needs to know it.</summary>
/// <param name="Name">Its name, unique in the design.</param>
/// <param name="Votes">What its vote counts while it votes, from 1 on.</param>
public sealed record QuorumNode(string Name, int Votes = 1)
{
    /// <summary>Whether it does not vote: it counts for nothing, and takes the seat of a voter that is fenced and stays away.</summary>
    public bool IsLearner { get; init; }

    /// <summary>Whether it votes and holds no lock manager: nothing is served by arbiters alone, and nobody waits for proof about one.</summary>
    public bool IsArbiter { get; init; }

    /// <summary>Whether the others can prove it stopped without a human: a fence device reaches it.</summary>
    public bool CanBeFenced { get; init; } = true;
}
