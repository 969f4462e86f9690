namespace Cluster.Membership.Tests.Quorum;

public sealed class QuorumSimulatorTests
{
    [Fact]
    public void Three_nodes_survive_any_one_and_no_two()
    {
        QuorumSimulation three = Simulate(Nodes(3));
        Assert.Equal(new QuorumCount(1, 1), three.Simultaneous);
        Assert.Equal(new QuorumCount(1, 1), three.Successive);
        Assert.Equal(["n1", "n2", "n3"], three.Survived!.Select(Text));
        Assert.Equal(["n1 n2", "n1 n3", "n2 n3"], three.Fatal!.Select(Text));
        Assert.Empty(three.SinglePoints);
    }

    [Fact]
    public void Last_man_standing_takes_five_nodes_down_to_two_one_after_another()
    {
        QuorumDesign design = Nodes(5) with { LastManStanding = true };
        Assert.Equal(new QuorumCount(2, 2), Simulate(design).Simultaneous);
        Assert.Equal(new QuorumCount(3, 3), Simulate(design).Successive);
        Assert.Equal(new QuorumCount(4, 4), Simulate(design with { TwoNode = true }).Successive);
        QuorumFailure[] steps = [.. new QuorumSimulator(design).FailInTurn(["n5", "n4", "n3", "n2", "n1"])];
        Assert.Equal(
            [QuorumVerdict.Majority, QuorumVerdict.Majority, QuorumVerdict.Majority, QuorumVerdict.NoQuorum], steps.Select(step => step.Verdict));
        Assert.Equal([3, 3, 2, 2], steps.Select(step => step.Needed));
        Assert.Equal([4, 3, 2, 1], steps.Select(step => step.Votes));
    }

    [Fact]
    public void A_learner_takes_the_seat_of_a_voter_that_is_fenced()
    {
        QuorumDesign design = Nodes(3) with { Nodes = [.. Nodes(3).Nodes, new QuorumNode("s1") { IsLearner = true }, new QuorumNode("s2") { IsLearner = true }] };
        Assert.Equal(new QuorumCount(1, 1), Simulate(design).Simultaneous);
        Assert.Equal(new QuorumCount(3, 3), Simulate(design).Successive);
        QuorumFailure[] steps = [.. new QuorumSimulator(design).FailInTurn(["n1", "n2", "n3", "s1"])];
        Assert.Equal([2, 2, 2, 1], steps.Select(step => step.Votes));
        Assert.Equal(QuorumVerdict.NoQuorum, steps[3].Verdict);
    }

    [Fact]
    public void A_node_that_no_device_can_stop_keeps_its_vote_when_it_dies()
    {
        QuorumDesign design = Nodes(5) with { LastManStanding = true };
        design = design with { Nodes = [.. design.Nodes.Select(node => node.Name == "n5" ? node with { CanBeFenced = false } : node)] };
        QuorumFailure[] steps = [.. new QuorumSimulator(design).FailInTurn(["n5", "n4", "n3"])];
        // n4 ceases to vote, n5 does not: two of the four votes that are left are no majority.
        Assert.Equal([(4, 3), (3, 3), (2, 3)], steps.Select(step => (step.Votes, step.Needed)));
        Assert.Equal(QuorumVerdict.NoQuorum, steps[2].Verdict);
        Assert.All(steps, step => Assert.Equal(["n5"], step.Unproven));
        Assert.Equal([new SinglePoint("n5", SinglePointReason.NeedsHuman)], Simulate(design).SinglePoints);
    }

    [Fact]
    public void Two_nodes_without_two_node_mode_survive_nothing()
    {
        QuorumSimulation two = Simulate(Nodes(2));
        Assert.Equal(new QuorumCount(0, 0), two.Simultaneous);
        Assert.All(two.SinglePoints, point => Assert.Equal(SinglePointReason.QuorumIsLost, point.Reason));
        Assert.Null(Assert.Single(two.Partitions!).Winner);
    }

    [Fact]
    public void In_two_node_mode_fencing_decides_and_the_favoured_side_begins()
    {
        QuorumDesign design = Nodes(2) with { TwoNode = true };
        Assert.Equal(QuorumVerdict.ByFencing, new QuorumSimulator(design).FailAtOnce(["n1"]).Verdict);
        QuorumPartition first = Assert.Single(Simulate(design).Partitions!);
        Assert.Equal((0, QuorumVerdict.ByFencing), (first.Winner, first.Verdict));
        QuorumPartition second = Assert.Single(Simulate(design with { Favoured = "n2" }).Partitions!);
        Assert.Equal(1, second.Winner);
        QuorumDesign oneDevice = design with { Nodes = [design.Nodes[0] with { CanBeFenced = false }, design.Nodes[1]], Favoured = "n2" };
        Assert.Equal(0, Assert.Single(Simulate(oneDevice).Partitions!).Winner);
        Assert.Equal([ColdStartVerdict.Starts, ColdStartVerdict.NoQuorum], Simulate(design).ColdStarts.Select(start => start.Worst));
    }

    [Fact]
    public void Whoever_outvotes_the_other_is_never_gone_on_without()
    {
        var design = new QuorumDesign { Nodes = [new QuorumNode("n1", 2), new QuorumNode("n2")], TwoNode = true };
        Assert.Equal(QuorumVerdict.NoQuorum, new QuorumSimulator(design).FailAtOnce(["n1"]).Verdict);
        Assert.Equal(QuorumVerdict.Majority, new QuorumSimulator(design).FailAtOnce(["n2"]).Verdict);
    }

    [Fact]
    public void An_arbiter_breaks_the_tie_and_serves_nothing()
    {
        var design = new QuorumDesign { Nodes = [.. Nodes(2).Nodes, new QuorumNode("q") { IsArbiter = true, CanBeFenced = false }] };
        Assert.Empty(Simulate(design).SinglePoints);
        Assert.Equal(new QuorumCount(1, 1), Simulate(design).Simultaneous);
        Assert.Equal(QuorumVerdict.NoQuorum, new QuorumSimulator(design).FailAtOnce(["n1", "n2"]).Verdict);
        var heavy = new QuorumDesign { Nodes = [new QuorumNode("n1"), new QuorumNode("q", 3) { IsArbiter = true }] };
        Assert.Equal(QuorumVerdict.NobodyServes, new QuorumSimulator(heavy).FailAtOnce(["n1"]).Verdict);
        Assert.Equal([SinglePointReason.NobodyServes, SinglePointReason.QuorumIsLost], Simulate(heavy).SinglePoints.Select(point => point.Reason));
    }

    [Fact]
    public void Votes_decide_who_goes_on_after_a_split()
    {
        var design = new QuorumDesign { Nodes = [new QuorumNode("n1", 2), new QuorumNode("n2"), new QuorumNode("n3"), new QuorumNode("n4")] };
        var simulator = new QuorumSimulator(design);
        Assert.Equal(0, simulator.Split([["n1", "n2"], ["n3", "n4"]]).Winner);
        Assert.Null(simulator.Split([["n1"], ["n2", "n3"]]).Winner);
        Assert.Equal(1, simulator.Split([["n1"], ["n2", "n3", "n4"]]).Winner);
        Assert.Null(simulator.Split([["n1"], ["n2"], ["n3", "n4"]]).Winner);
    }

    [Fact]
    public void A_cold_start_waits_for_all_if_it_was_told_to()
    {
        Assert.Equal(
            [ColdStartVerdict.Starts, ColdStartVerdict.Starts, ColdStartVerdict.NoQuorum], Simulate(Nodes(3)).ColdStarts.Select(start => start.Worst));
        Assert.Equal(
            [ColdStartVerdict.Starts, ColdStartVerdict.WaitsForAll, ColdStartVerdict.NoQuorum],
            Simulate(Nodes(3) with { WaitForAll = true }).ColdStarts.Select(start => start.Worst));
        var heavy = new QuorumDesign { Nodes = [new QuorumNode("n1", 3), new QuorumNode("n2"), new QuorumNode("n3")] };
        Assert.Equal(
            new ColdStart(1, ColdStartVerdict.NoQuorum, ColdStartVerdict.Starts), Simulate(heavy).ColdStarts[1]);
    }

    [Fact]
    public void A_light_voter_that_dies_first_can_make_a_heavy_one_indispensable()
    {
        var design = new QuorumDesign
        {
            LastManStanding = true,
            Nodes = [new QuorumNode("n1", 3), .. Enumerable.Range(2, 4).Select(number => new QuorumNode($"n{number}"))],
        };
        Assert.Equal(new QuorumCount(1, 4), Simulate(design).Successive);
        Assert.Equal(new QuorumCount(1, 3), Simulate(design with { LastManStanding = false }).Successive);
    }

    [Fact]
    public void Many_voters_are_counted_and_not_listed()
    {
        QuorumSimulation many = Simulate(Nodes(101) with { LastManStanding = true });
        Assert.Null(many.Survived);
        Assert.Null(many.Partitions);
        Assert.Equal(new QuorumCount(50, 50), many.Simultaneous);
        Assert.Equal(new QuorumCount(99, 99), many.Successive);
        Assert.Equal(new QuorumCount(100, 100), Simulate(Nodes(101) with { LastManStanding = true, TwoNode = true }).Successive);
        var weights = new QuorumDesign { Nodes = [.. Enumerable.Range(1, 40).Select(number => new QuorumNode($"n{number}", number))] };
        Assert.Null(Simulate(weights with { LastManStanding = true }).Successive);
        Assert.Equal(new QuorumCount(11, 28), Simulate(weights).Simultaneous);
    }

    [Theory]
    [InlineData("'n1' is given twice")]
    [InlineData("no node votes")]
    [InlineData("an arbiter and a learner")]
    [InlineData("is favoured but is no voter")]
    [InlineData("1001 votes")]
    [InlineData("1001 nodes")]
    public void A_design_that_makes_no_sense_is_refused_with_the_reason(string reason)
    {
        QuorumDesign design = reason switch
        {
            "'n1' is given twice" => new QuorumDesign { Nodes = [new QuorumNode("n1"), new QuorumNode("n1")] },
            "no node votes" => new QuorumDesign { Nodes = [new QuorumNode("n1") { IsLearner = true }] },
            "an arbiter and a learner" => new QuorumDesign { Nodes = [new QuorumNode("n1"), new QuorumNode("q") { IsArbiter = true, IsLearner = true }] },
            "is favoured but is no voter" => Nodes(2) with { Favoured = "n7" },
            "1001 votes" => new QuorumDesign { Nodes = [new QuorumNode("n1", 1001)] },
            _ => Nodes(1001),
        };
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new QuorumSimulator(design)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_not_known_or_given_twice_is_refused()
    {
        var simulator = new QuorumSimulator(Nodes(3));
        Assert.Contains("n1, n2, n3", Assert.Throws<ArgumentException>(() => simulator.FailAtOnce(["n4"])).Message, StringComparison.Ordinal);
        Assert.Contains("twice", Assert.Throws<ArgumentException>(() => simulator.Split([["n1"], ["n1"]])).Message, StringComparison.Ordinal);
    }

    private static QuorumSimulation Simulate(QuorumDesign design) => new QuorumSimulator(design).Simulate();

    private static QuorumDesign Nodes(int count) => new() { Nodes = [.. Enumerable.Range(1, count).Select(number => new QuorumNode($"n{number}"))] };

    private static string Text(IReadOnlyList<string> names) => string.Join(' ', names);
}
