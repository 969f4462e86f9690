namespace Cluster.Membership;

/// <summary>A node as the quorum calculator needs to know it.</summary>
/// <param name="Name">Its name, unique in the design.</param>
/// <param name="Votes">What its vote counts; 0: it is a learner, which counts for nothing.</param>
public sealed record QuorumNode(string Name, int Votes = 1)
{
    /// <summary>Whether it votes and holds no lock manager: nothing is served by arbiters alone, and nobody waits for proof about one.</summary>
    public bool IsArbiter { get; init; }

    /// <summary>Whether the others can prove it stopped without a human: a fence device reaches it.</summary>
    public bool CanBeFenced { get; init; } = true;

    /// <summary>Whether it votes.</summary>
    public bool IsVoter => Votes > 0;
}
