namespace Cluster.Membership;

/// <summary>A cluster as it is or might be: what the quorum calculator answers about.</summary>
public sealed record QuorumDesign
{
    /// <summary>More nodes than this are refused.</summary>
    public const int MostNodes = 1000;

    /// <summary>More votes of one node than this are refused.</summary>
    public const int MostVotes = 1000;

    /// <summary>All nodes, by number. With two voters the first is favoured unless <see cref="Favoured"/> names the other.</summary>
    public required IReadOnlyList<QuorumNode> Nodes { get; init; }

    /// <summary>With two voters, the one that has proven the other stopped goes on alone.</summary>
    public bool TwoNode { get; init; }

    /// <summary>Which of two voters has the other switched off first when both live and do not hear each other; null: the first.</summary>
    public string? Favoured { get; init; }

    /// <summary>
    /// A voter that is fenced and stays away ceases to vote even if no learner can take its seat, as long as more than three vote (more than two in two-node mode).
    /// </summary>
    public bool LastManStanding { get; init; }

    /// <summary>Up to how many nodes vote by themselves; null: as many as vote now.</summary>
    public int? VotersWanted { get; init; }

    /// <summary>After a start of the whole cluster nothing is done until all were seen.</summary>
    public bool WaitForAll { get; init; }

    /// <summary>Checks that the design can be answered about.</summary>
    /// <exception cref="ArgumentException">It can't; the message says what is wrong and what to write.</exception>
    public void Validate()
    {
        Require(Nodes.Count <= MostNodes, $"{Nodes.Count} nodes were given; the calculator takes up to {MostNodes}");
        var names = new SortedSet<string>(StringComparer.Ordinal);
        bool any = false;
        foreach (QuorumNode node in Nodes)
        {
            Require(node.Name.Length > 0, "a node has no name; name every node");
            Require(names.Add(node.Name), $"'{node.Name}' is given twice; every node needs a name of its own");
            Require(node.Votes is >= 1 and <= MostVotes, $"{node.Name} has {node.Votes} votes; write 1 to {MostVotes}, and say of one that does not vote that it is a learner");
            Require(!node.IsArbiter || !node.IsLearner, $"{node.Name} is an arbiter and a learner; an arbiter is there to vote, so let it");
            any |= !node.IsLearner;
        }

        Require(any, "no node votes; let at least one vote");
        Require(
            Favoured is null || Nodes.Any(node => node.Name == Favoured && !node.IsLearner),
            $"'{Favoured}' is favoured but is no voter; name one of the two voters");
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ArgumentException(problem);
        }
    }
}
