using System.Collections.Immutable;
using System.Text;

namespace Cluster.Consensus;

/// <summary>
/// Who takes part in the log, and how (Raft §6, thesis chapter 4). Immutable; the sets are sorted; equal when all sets and votes are.
/// </summary>
/// <remarks>
/// While <see cref="IsJoint"/>, elections, commitment, reads and confirmations of leadership each need a majority of the votes of
/// <see cref="Voters"/> <em>and</em> a majority of those of <see cref="OutgoingVoters"/>.
/// </remarks>
public sealed partial class ClusterConfiguration : IEquatable<ClusterConfiguration>
{
    /// <summary>Nobody: what a node knows that has yet to be told.</summary>
    public static readonly ClusterConfiguration Empty = new([]);

    /// <summary>Makes a configuration.</summary>
    /// <param name="voters">See <see cref="Voters"/>.</param>
    /// <param name="outgoingVoters">See <see cref="OutgoingVoters"/>.</param>
    /// <param name="learners">See <see cref="Learners"/>.</param>
    /// <param name="learnersNext">See <see cref="LearnersNext"/>.</param>
    /// <param name="votes">What the votes of <paramref name="voters"/> count; who is not named has one vote.</param>
    /// <param name="outgoingVotes">The same for <paramref name="outgoingVoters"/>.</param>
    /// <exception cref="ArgumentException">The sets contradict each other; the message says how.</exception>
    public ClusterConfiguration(
        IEnumerable<NodeId> voters,
        IEnumerable<NodeId>? outgoingVoters = null,
        IEnumerable<NodeId>? learners = null,
        IEnumerable<NodeId>? learnersNext = null,
        IReadOnlyDictionary<NodeId, int>? votes = null,
        IReadOnlyDictionary<NodeId, int>? outgoingVotes = null)
    {
        Voters = Sorted(voters);
        OutgoingVoters = Sorted(outgoingVoters);
        Learners = Sorted(learners);
        LearnersNext = Sorted(learnersNext);
        Votes = VotesIn(Voters, votes);
        OutgoingVotes = VotesIn(OutgoingVoters, outgoingVotes);
        RequireSound();
        RequireSoundVotes(Voters, Votes, votes);
        RequireSoundVotes(OutgoingVoters, OutgoingVotes, outgoingVotes);
        Members = Sorted(new SortedSet<NodeId>([.. Voters, .. OutgoingVoters, .. Learners]));
    }

    /// <summary>The voters; in a joint configuration those that stay or come.</summary>
    public ImmutableArray<NodeId> Voters { get; }

    /// <summary>The voters of the configuration that is being left; empty unless joint.</summary>
    public ImmutableArray<NodeId> OutgoingVoters { get; }

    /// <summary>Nodes that get everything and have no say.</summary>
    public ImmutableArray<NodeId> Learners { get; }

    /// <summary>Outgoing voters that become learners once the joint configuration is left.</summary>
    public ImmutableArray<NodeId> LearnersNext { get; }

    /// <summary>Everybody: voters of both halves and learners.</summary>
    public ImmutableArray<NodeId> Members { get; }

    /// <summary>True between the two steps of a change, when two majorities are needed.</summary>
    public bool IsJoint => !OutgoingVoters.IsEmpty;

    /// <summary>True when the node has a say in either half.</summary>
    public bool IsVoter(NodeId node) => Has(Voters, node) || Has(OutgoingVoters, node);

    /// <summary>True when the node gets everything and has no say.</summary>
    public bool IsLearner(NodeId node) => Has(Learners, node);

    /// <summary>True when the node takes part at all.</summary>
    public bool IsMember(NodeId node) => Has(Members, node);

    /// <inheritdoc/>
    public bool Equals(ClusterConfiguration? other) =>
        other is not null
        && Voters.AsSpan().SequenceEqual(other.Voters.AsSpan())
        && OutgoingVoters.AsSpan().SequenceEqual(other.OutgoingVoters.AsSpan())
        && Learners.AsSpan().SequenceEqual(other.Learners.AsSpan())
        && LearnersNext.AsSpan().SequenceEqual(other.LearnersNext.AsSpan())
        && Votes.AsSpan().SequenceEqual(other.Votes.AsSpan())
        && OutgoingVotes.AsSpan().SequenceEqual(other.OutgoingVotes.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClusterConfiguration);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        uint hash = 2166136261;
        foreach (NodeId node in Members)
        {
            hash = (hash ^ node.Value) * 16777619;
        }

        return (int)hash;
    }

    /// <summary>
    /// For example <c>voters 1 2×3 4, outgoing 1 2 3, learners 5, learners next 3</c>, where node 2 is going to have three votes.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder("voters").Append(Text(Voters, Votes));
        AppendSet(text, ", outgoing", OutgoingVoters, OutgoingVotes);
        AppendSet(text, ", learners", Learners);
        AppendSet(text, ", learners next", LearnersNext);
        return text.ToString();
    }

    private static void AppendSet(StringBuilder text, string name, ImmutableArray<NodeId> nodes, ImmutableArray<int> votes = default)
    {
        if (!nodes.IsEmpty)
        {
            text.Append(name).Append(Text(nodes, votes));
        }
    }

    private static string Text(ImmutableArray<NodeId> nodes, ImmutableArray<int> votes)
    {
        var text = new StringBuilder();
        for (int i = 0; i < nodes.Length; i++)
        {
            text.Append(' ').Append(nodes[i].Value);
            if (!votes.IsDefault && votes[i] != 1)
            {
                text.Append('×').Append(votes[i]);
            }
        }

        return nodes.IsEmpty ? " none" : text.ToString();
    }

    private static bool Has(ImmutableArray<NodeId> sorted, NodeId node) => sorted.AsSpan().BinarySearch(node) >= 0;

    private static ImmutableArray<NodeId> Sorted(IEnumerable<NodeId>? nodes)
    {
        if (nodes is null)
        {
            return [];
        }

        NodeId[] sorted = [.. nodes];
        Array.Sort(sorted);
        return [.. sorted];
    }

    private void RequireSound()
    {
        foreach (ImmutableArray<NodeId> set in new[] { Voters, OutgoingVoters, Learners, LearnersNext })
        {
            for (int i = 0; i < set.Length; i++)
            {
                Require(!set[i].IsNone, "it names node number 0, which means no node");
                Require(i == 0 || set[i] != set[i - 1], $"it names {set[i]} twice in one set");
            }
        }

        foreach (NodeId node in Learners)
        {
            Require(!IsVoter(node), $"{node} is named as voter and as learner");
        }

        foreach (NodeId node in LearnersNext)
        {
            Require(
                Has(OutgoingVoters, node) && !Has(Voters, node),
                $"{node} is to become a learner, but is not a voter that goes out");
        }

        Require(!IsJoint || !Voters.IsEmpty, "nobody is to vote once the change is done");
        Require(!Voters.IsEmpty || Learners.IsEmpty, "there are learners but no voters to learn from");
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException($"the configuration ({this}) can't be: {problem}");
        }
    }
}
