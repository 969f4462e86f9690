namespace Cluster.Membership.Tests.Quorum;

/// <summary>Random designs, each answered by the calculator and by a model that tries everything. A failing design is printed.</summary>
public sealed class QuorumPropertyTests
{
    private const int Designs = 400;

    [Fact]
    public void The_sets_of_failures_that_are_survived_are_those_of_the_model() => ForEach(6, (design, simulator) =>
    {
        string[] voters = Voters(design);
        QuorumSimulation simulation = simulator.Simulate();
        string[] expected = [.. Sets(voters).Where(set => set.Length > 0 && new QuorumModel(design).Without(set).GoesOn).Select(Text).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, simulation.Survived!.Select(Text).Order(StringComparer.Ordinal));
        Assert.All(simulation.Survived!, set => Assert.True(simulator.FailAtOnce(set).IsSurvived));
        Assert.Equal(
            Enumerable.Range(1, voters.Length).TakeWhile(size => Sets(voters).Where(set => set.Length == size).All(set => expected.Contains(Text(set)))).Count(),
            simulation.Simultaneous.Guaranteed);
        Assert.Equal(simulation.Survived!.Select(set => set.Count).DefaultIfEmpty(0).Max(), simulation.Simultaneous.Possible);
    });

    [Fact]
    public void A_set_is_fatal_exactly_when_it_contains_a_least_fatal_one() => ForEach(6, (design, simulator) =>
    {
        // Were the whole cluster out of service from the start, no failure would be to blame.
        if (!new QuorumModel(design).GoesOn)
        {
            return;
        }

        QuorumSimulation simulation = simulator.Simulate();
        foreach (string[] set in Sets(Voters(design)))
        {
            Assert.Equal(!new QuorumModel(design).Without(set).GoesOn, simulation.Fatal!.Any(fatal => fatal.All(set.Contains)));
        }

        Assert.DoesNotContain(simulation.Fatal!, one => simulation.Fatal!.Any(other => !ReferenceEquals(one, other) && other.All(one.Contains)));
    });

    [Fact]
    public void Failures_one_after_another_are_counted_as_by_trying_every_order() => ForEach(6, (design, simulator) =>
    {
        (int least, int most) = new QuorumModel(design).InTurn();
        Assert.Equal(new QuorumCount(least, most), simulator.Simulate().Successive);
    });

    [Fact]
    public void A_named_order_of_failures_goes_as_in_the_model() => ForEach(6, (design, simulator, random) =>
    {
        string[] order = [.. design.Nodes.Select(node => node.Name).OrderBy(_ => random.Next())];
        var model = new QuorumModel(design);
        IReadOnlyList<QuorumFailure> answers = simulator.FailInTurn(order);
        for (int step = 0; step < answers.Count; step++)
        {
            model = model.Without([order[step]]);
            Assert.Equal(model.GoesOn, answers[step].IsSurvived);
            Assert.Equal(!model.HasMajority && !model.MayGoAlone, answers[step].Verdict == QuorumVerdict.NoQuorum);
            model = model.Settled();
        }

        Assert.True(answers.Count == order.Length || answers[^1].Verdict == QuorumVerdict.NoQuorum, "the list ended early");
    });

    [Fact]
    public void At_most_one_side_of_a_partition_goes_on_and_only_one_that_could_alone() => ForEach(6, (design, simulator) =>
    {
        foreach (QuorumPartition partition in simulator.Simulate().Partitions!)
        {
            bool[] could = [.. partition.Sides.Select((_, at) => Alone(design, partition.Sides[1 - at]))];
            Assert.Equal(could.Any(each => each), partition.Winner is not null);
            Assert.True(partition.Winner is not { } winner || could[winner], "a side goes on that could not");
            Assert.False(could.All(each => each) && partition.Verdict == QuorumVerdict.Majority, "two majorities");
        }
    });

    [Fact]
    public void Counting_agrees_with_listing_where_both_are_possible() => ForEach(9, (design, simulator) =>
    {
        if (design.Nodes.Count(node => !node.IsLearner) == 2)
        {
            return;
        }

        Assert.Equal(simulator.Simulate().Simultaneous, simulator.CountSimultaneous());
    });

    private static bool Alone(QuorumDesign design, IReadOnlyList<string> others)
    {
        var model = new QuorumModel(design).Without(others);
        return model.HasMajority || model.MayGoAlone;
    }

    private static void ForEach(int most, Action<QuorumDesign, QuorumSimulator> check) => ForEach(most, (design, simulator, _) => check(design, simulator));

    private static void ForEach(int most, Action<QuorumDesign, QuorumSimulator, Random> check)
    {
        for (int seed = 1; seed <= Designs; seed++)
        {
            var random = new Random(seed);
            QuorumDesign design = Random(random, most);
            try
            {
                check(design, new QuorumSimulator(design), random);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException(
                    $"seed {seed}: {string.Join(", ", design.Nodes)}; two-node {design.TwoNode}, favoured {design.Favoured}, last man {design.LastManStanding}: {error.Message}",
                    error);
            }
        }
    }

    private static QuorumDesign Random(Random random, int most)
    {
        // Two voters often: the rules are richest there.
        int count = random.Next(3) == 0 ? 2 : random.Next(1, most + 1);
        bool weighted = random.Next(2) == 0;
        QuorumNode[] nodes =
        [
            .. Enumerable.Range(1, count).Select(number => new QuorumNode($"n{number}", weighted ? random.Next(1, 4) : 1)
            {
                IsArbiter = random.Next(6) == 0,
                CanBeFenced = random.Next(4) != 0,
            }),
        ];
        if (random.Next(3) == 0)
        {
            var spare = new QuorumNode("", random.Next(1, 3)) { IsLearner = true, CanBeFenced = random.Next(2) == 0 };
            nodes = [.. nodes, .. Enumerable.Range(1, random.Next(1, 3)).Select(number => spare with { Name = $"spare{number}" })];
        }

        return new QuorumDesign
        {
            Nodes = nodes,
            TwoNode = random.Next(2) == 0,
            Favoured = random.Next(2) == 0 ? nodes[0].Name : null,
            LastManStanding = random.Next(2) == 0,
            VotersWanted = random.Next(3) == 0 ? random.Next(1, 8) : null,
            WaitForAll = random.Next(2) == 0,
        };
    }

    private static string[] Voters(QuorumDesign design) => [.. design.Nodes.Where(node => !node.IsLearner).Select(node => node.Name)];

    private static IEnumerable<string[]> Sets(string[] names) => Enumerable.Range(0, 1 << names.Length)
        .Select(set => names.Where((_, at) => (set & (1 << at)) != 0).ToArray());

    private static string Text(IEnumerable<string> names) => string.Join(' ', names);
}
