using Cluster.Api.Contract;
using Cluster.Membership;

namespace Cluster.Api.Planning;

/// <summary>Answers what a cluster survives. Pure.</summary>
public static class QuorumQuestion
{
    /// <summary>Answers a question.</summary>
    /// <param name="request">The question.</param>
    /// <param name="cluster">The cluster that it is about when it names no nodes; null when there is none to ask.</param>
    /// <exception cref="ArgumentException">The question makes no sense; the message says why and what to write.</exception>
    public static QuorumSimulationDocument Answer(QuorumSimulationRequest request, ClusterDocument? cluster)
    {
        if (request.Fail?.Any(string.IsNullOrWhiteSpace) == true
            || request.Partition?.Any(side => side is null || side.Any(string.IsNullOrWhiteSpace)) == true)
        {
            throw new ArgumentException("a name in 'fail' or 'partition' is missing or blank; name one of the nodes");
        }

        QuorumDesign design = DesignOf(request, request.Nodes is null ? cluster : null);
        var simulator = new QuorumSimulator(design);
        QuorumSimulation simulation = simulator.Simulate();
        int lastStart = simulation.ColdStarts.Select(start => start.Best).TakeWhile(best => best != ColdStartVerdict.NoQuorum).Count();
        return new QuorumSimulationDocument
        {
            Nodes = [.. design.Nodes.Select(Document)],
            TwoNode = design.TwoNode,
            LastManStanding = design.LastManStanding,
            WaitForAll = design.WaitForAll,
            Voters = simulation.Voters,
            Votes = simulation.Votes,
            Needed = simulation.Needed,
            Simultaneous = Document(simulation.Simultaneous),
            Successive = simulation.Successive is { } successive ? Document(successive) : null,
            Survived = simulation.Survived,
            Fatal = simulation.Fatal,
            SinglePointsOfFailure = [.. simulation.SinglePoints.Select(point => new SinglePointDocument(point.Node, (SinglePointHarm)point.Reason))],
            ColdStarts =
            [
                .. simulation.ColdStarts.Take(lastStart + 1)
                    .Select(start => new ColdStartDocument(start.Missing, (ColdStartOutcome)start.Worst, (ColdStartOutcome)start.Best)),
            ],
            Partitions = simulation.Partitions is { } partitions ? [.. partitions.Select(Document)] : null,
            AtOnce = request.Fail is { Count: > 0 } failed ? Document(simulator.FailAtOnce(failed)) : null,
            InTurn = request.Fail is { Count: > 1 } order ? [.. simulator.FailInTurn(order).Select(Document)] : null,
            Partition = request.Partition is { Count: > 0 } sides ? Document(simulator.Split(sides)) : null,
            Remarks = QuorumRemarks.About(design, simulation),
        };
    }

    private static QuorumDesign DesignOf(QuorumSimulationRequest request, ClusterDocument? cluster) => new()
    {
        Nodes = request.Nodes is { } given ? [.. given.Select(Node)]
            : cluster is not null ? [.. cluster.Nodes.Select(Node)]
            : throw new ArgumentException("no nodes are named and there is no cluster to ask; name the nodes"),
        TwoNode = request.TwoNode ?? cluster?.Quorum.Policy?.TwoNode ?? false,
        Favoured = request.Favoured ?? FavouredIn(cluster),
        LastManStanding = request.LastManStanding ?? cluster?.Quorum.Policy?.LastManStanding ?? false,
        WaitForAll = request.WaitForAll ?? cluster?.Quorum.Policy?.WaitForAll ?? false,
        VotersWanted = request.VotersWanted ?? (int?)cluster?.Quorum.Policy?.VotersWanted,
    };

    /// <summary>The cluster's setting may name a node that does not vote (any more): then it favours nobody.</summary>
    private static string? FavouredIn(ClusterDocument? cluster) =>
        cluster?.Nodes.FirstOrDefault(node => node.Voting && node.Name == cluster.Quorum.Policy?.TwoNodeFavoured)?.Name;

    private static QuorumNode Node(SimulatedNode? node) => new(node?.Name ?? "", node?.Votes ?? 1)
    {
        IsArbiter = node?.Arbiter ?? false,
        IsLearner = node?.Learner ?? false,
        CanBeFenced = node?.CanBeFenced ?? true,
    };

    private static QuorumNode Node(NodeDocument node) => new(node.Name, node.Votes)
    {
        IsLearner = !node.Voting,
        IsArbiter = node.Arbiter && node.Voting,
        CanBeFenced = node.FenceLevels.Count > 0,
    };

    private static SimulatedNode Document(QuorumNode node) =>
        new() { Name = node.Name, Votes = node.Votes, Learner = node.IsLearner, Arbiter = node.IsArbiter, CanBeFenced = node.CanBeFenced };

    private static FailureCountDocument Document(QuorumCount count) => new(count.Guaranteed, count.Possible);

    private static FailureDocument Document(QuorumFailure failure) => new(
        failure.Failed, failure.IsSurvived, (QuorumOutcome)failure.Verdict, failure.Votes, failure.Needed, failure.Unproven);

    private static PartitionDocument Document(QuorumPartition partition) => new(
        partition.Sides,
        partition.Winner is { } winner ? partition.Sides[winner] : null,
        (QuorumOutcome)partition.Verdict,
        partition.Unproven);
}
