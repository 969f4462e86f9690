using Cluster.Api.Contract;

namespace Cluster.Api.Planning.Tests;

public sealed class QuorumQuestionTests
{
    [Fact]
    public void Named_failures_are_answered_at_once_and_in_turn()
    {
        QuorumSimulationDocument answer = Ask(5, new QuorumSimulationRequest { LastManStanding = true, Fail = ["n1", "n2", "n3"] });
        Assert.False(answer.AtOnce!.Survived);
        Assert.Equal(QuorumOutcome.NoQuorum, answer.AtOnce.Verdict);
        Assert.Equal([true, true, true], answer.InTurn!.Select(step => step.Survived));
        Assert.Null(answer.Partition);
    }

    [Fact]
    public void Every_verdict_and_harm_has_its_word()
    {
        Assert.Equal(Enum.GetNames<Membership.QuorumVerdict>(), Enum.GetNames<QuorumOutcome>());
        Assert.Equal(Enum.GetNames<Membership.SinglePointReason>(), Enum.GetNames<SinglePointHarm>());
        Assert.Equal(Enum.GetNames<Membership.ColdStartVerdict>(), Enum.GetNames<ColdStartOutcome>());
    }

    [Fact]
    public void Cold_starts_end_with_the_first_that_never_starts() =>
        Assert.Equal([0, 1, 2, 3], Ask(5, new QuorumSimulationRequest()).ColdStarts.Select(start => start.Missing));

    [Theory]
    [InlineData(1, false, "n1 is the only voter")]
    [InlineData(2, false, "With two voters")]
    [InlineData(2, true, "wait-for-all is on")]
    [InlineData(3, true, "does nothing while more than two")]
    [InlineData(4, false, "split into equal halves")]
    public void What_is_worth_knowing_is_said(int nodes, bool twoNode, string words) =>
        Assert.Contains(
            Ask(nodes, new QuorumSimulationRequest { TwoNode = twoNode }).Remarks, remark => remark.Contains(words, StringComparison.Ordinal));

    [Fact]
    public void A_good_design_needs_no_remark() => Assert.Empty(Ask(5, new QuorumSimulationRequest()).Remarks);

    [Fact]
    public void Weights_and_missing_devices_are_remarked_on()
    {
        QuorumSimulationDocument answer = QuorumQuestion.Answer(
            new QuorumSimulationRequest
            {
                TwoNode = true,
                Nodes = [new SimulatedNode { Name = "n1", Votes = 2, CanBeFenced = false }, new SimulatedNode { Name = "n2" }],
            },
            null);
        Assert.Contains(answer.Remarks, remark => remark.Contains("n1 has 2 of 3 votes", StringComparison.Ordinal));
        Assert.Contains(answer.Remarks, remark => remark.Contains("needs equal votes", StringComparison.Ordinal));
        Assert.Contains(answer.Remarks, remark => remark.Contains("No device can stop n1", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_nodes_and_without_a_cluster_there_is_nothing_to_answer_about() =>
        Assert.Throws<ArgumentException>(() => QuorumQuestion.Answer(new QuorumSimulationRequest(), null));

    private static QuorumSimulationDocument Ask(int nodes, QuorumSimulationRequest request) => QuorumQuestion.Answer(
        request with { Nodes = [.. Enumerable.Range(1, nodes).Select(number => new SimulatedNode { Name = $"n{number}" })] }, null);
}
