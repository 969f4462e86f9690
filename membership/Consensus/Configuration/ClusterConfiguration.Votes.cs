using System.Collections.Immutable;
using Cluster.Consensus.Quorum;

namespace Cluster.Consensus;

/// <content>What each vote counts.</content>
public sealed partial class ClusterConfiguration
{
    /// <summary>The most that the vote of one node may count.</summary>
    public const int MaxVotes = 1000;

    /// <summary>What the votes of <see cref="Voters"/> count, in their order; each at least 1.</summary>
    public ImmutableArray<int> Votes { get; }

    /// <summary>What the votes of <see cref="OutgoingVoters"/> count, in their order.</summary>
    public ImmutableArray<int> OutgoingVotes { get; }

    /// <summary>What the node's vote counts among <see cref="Voters"/>; 0 when it is none of them.</summary>
    public int VotesOf(NodeId node) => VotesOf(Voters, Votes, node);

    /// <summary>What the node's vote counts among <see cref="OutgoingVoters"/>; 0 when it is none of them.</summary>
    public int OutgoingVotesOf(NodeId node) => VotesOf(OutgoingVoters, OutgoingVotes, node);

    /// <summary>True when the nodes for which <paramref name="agrees"/> holds have a majority of the votes, in a joint configuration in each half.</summary>
    public bool IsDecidedBy(Predicate<NodeId> agrees) =>
        IsDecidedBy(Voters, Votes, agrees) && (!IsJoint || IsDecidedBy(OutgoingVoters, OutgoingVotes, agrees));

    private static bool IsDecidedBy(ImmutableArray<NodeId> voters, ImmutableArray<int> votes, Predicate<NodeId> agrees)
    {
        int agreeing = 0;
        int total = 0;
        for (int i = 0; i < voters.Length; i++)
        {
            agreeing += agrees(voters[i]) ? votes[i] : 0;
            total += votes[i];
        }

        return agreeing >= Majority.Size(total);
    }

    private static int VotesOf(ImmutableArray<NodeId> voters, ImmutableArray<int> votes, NodeId node)
    {
        int at = voters.AsSpan().BinarySearch(node);
        return at < 0 ? 0 : votes[at];
    }

    private static ImmutableArray<int> VotesIn(ImmutableArray<NodeId> voters, IReadOnlyDictionary<NodeId, int>? votes) =>
        [.. voters.Select(node => votes is not null && votes.TryGetValue(node, out int count) ? count : 1)];

    private void RequireSoundVotes(ImmutableArray<NodeId> voters, ImmutableArray<int> votes, IReadOnlyDictionary<NodeId, int>? given)
    {
        for (int i = 0; i < voters.Length; i++)
        {
            Require(votes[i] is >= 1 and <= MaxVotes, $"{voters[i]} has {votes[i]} votes: give it 1 to {MaxVotes}");
        }

        foreach (NodeId node in given?.Keys ?? [])
        {
            Require(Has(voters, node), $"{node} is given votes, but is no voter");
        }
    }
}
