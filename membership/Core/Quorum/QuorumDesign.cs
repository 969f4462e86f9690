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

    /// <summary>A voter that is fenced and stays away ceases to vote.</summary>
    public bool LastManStanding { get; init; }

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
            Require(node.Votes is >= 0 and <= MostVotes, $"{node.Name} has {node.Votes} votes; write 0 (a learner) to {MostVotes}");
            Require(!node.IsArbiter || node.IsVoter, $"{node.Name} is an arbiter without a vote; an arbiter is there to vote, so give it votes");
            any |= node.IsVoter;
        }

        Require(any, "no node votes; give at least one node a vote");
        Require(
            Favoured is null || Nodes.Any(node => node.Name == Favoured && node.IsVoter),
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
