using System.Globalization;
using Cluster.Membership;

namespace Cluster.Api.Planning;

/// <summary>What is worth knowing about a design beyond the figures. Pure.</summary>
internal static class QuorumRemarks
{
    private const int MostNames = 8;

    public static IReadOnlyList<string> About(QuorumDesign design, QuorumSimulation simulation)
    {
        QuorumNode[] voters = [.. design.Nodes.Where(node => !node.IsLearner)];
        var remarks = new List<string>();
        if (voters.Length == 1)
        {
            remarks.Add($"{voters[0].Name} is the only voter: when it fails, everything waits for it. Three voters survive the failure of any one.");
        }
        else if (voters.Length == 2 && !design.TwoNode && voters[0].Votes == voters[1].Votes)
        {
            remarks.Add("With two voters the failure of either stops the cluster. Two-node mode lets the one that has fenced the other go on; "
                + "an arbiter as a third voter does without.");
        }

        if (voters.Length > 1 && Array.Find(voters, node => 2 * node.Votes > simulation.Votes) is { } heavy)
        {
            remarks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{heavy.Name} has {heavy.Votes} of {simulation.Votes} votes, a majority by itself: the other votes decide nothing, and without it nothing goes on."));
        }
        else if (voters.Length > 2 && simulation.Votes % 2 == 0)
        {
            remarks.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{simulation.Votes} votes can be split into equal halves, and then neither goes on. An odd number of votes can't: add a voter (an arbiter is enough) or change a vote."));
        }

        if (design.TwoNode)
        {
            AddTwoNode(remarks, design, voters);
        }

        AddFencing(remarks, design);
        return remarks;
    }

    private static void AddTwoNode(List<string> remarks, QuorumDesign design, QuorumNode[] voters)
    {
        if (voters.Length > 2)
        {
            remarks.Add(design.LastManStanding
                ? "Two-node mode begins when last man standing has brought the voters down to two of equal votes."
                : "Two-node mode does nothing while more than two nodes vote.");
        }
        else if (voters.Length == 2 && voters[0].Votes != voters[1].Votes)
        {
            remarks.Add("Two-node mode needs equal votes: whoever outvotes the other may have decided what the other never saw.");
        }
        else if (voters.Length == 2 && !voters.Any(node => node.CanBeFenced))
        {
            remarks.Add("Two-node mode needs fencing, and no device can stop either voter: neither can ever go on alone.");
        }
        else if (voters.Length == 2)
        {
            remarks.Add("In two-node mode wait-for-all is on: after a cold start neither goes on before it has seen the other.");
        }
    }

    private static void AddFencing(List<string> remarks, QuorumDesign design)
    {
        string[] unfenced = [.. design.Nodes.Where(node => !node.IsArbiter && !node.CanBeFenced).Select(node => node.Name)];
        if (unfenced.Length > 0)
        {
            string names = string.Join(", ", unfenced.Take(MostNames)) + (unfenced.Length > MostNames ? ", ..." : "");
            remarks.Add($"No device can stop {names}: {(unfenced.Length == 1 ? "when it" : "whenever one of them")} fails, what it held waits for a human's word"
                + (design.LastManStanding ? ", and its vote goes on counting." : "."));
        }
    }
}
