using Cluster.Consensus;

namespace Cluster.Client;

/// <summary>Who votes. While voters change, a majority of the old ones and one of the new ones are needed. Immutable.</summary>
/// <param name="Voters">The voters, ordered by number; empty when the daemon does not tell them.</param>
/// <param name="Outgoing">The voters of the half that is being left; empty unless voters are just changing.</param>
public sealed record QuorumSnapshot(IReadOnlyList<VoterSnapshot> Voters, IReadOnlyList<VoterSnapshot> Outgoing)
{
    /// <summary>Nothing is known.</summary>
    public static QuorumSnapshot None { get; } = new([], []);

    /// <summary>The votes of all <see cref="Voters"/>.</summary>
    public int VotesTotal => Voters.Sum(voter => voter.Votes);

    /// <summary>How many of them make a majority: more than half. 0 when nothing is known.</summary>
    public int VotesNeeded => Voters.Count == 0 ? 0 : (VotesTotal / 2) + 1;
}

/// <summary>One voter.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Votes">What its vote counts.</param>
public sealed record VoterSnapshot(NodeId Id, int Votes);
