using Cluster.Consensus.Quorum;

namespace Cluster.Consensus.Tests.Quorum;

public class MajorityTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    [InlineData(7, 4)]
    public void Two_majorities_share_a_voter(int voters, int size)
    {
        Assert.Equal(size, Majority.Size(voters));
        Assert.True(2 * size > voters);
        Assert.True(2 * (size - 1) <= voters);
    }

    [Fact]
    public void What_a_majority_reached_is_reached_by_a_majority_and_nothing_greater_is()
    {
        var random = new SplitMix64(5);
        for (int round = 0; round < 20_000; round++)
        {
            var values = new ulong[1 + random.Below(9)];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = random.Below(6);
            }

            ulong reached = Majority.Reached(values.ToArray().AsSpan());
            Assert.Contains(reached, values);
            Assert.True(Count(values, v => v >= reached) >= Majority.Size(values.Length));
            Assert.True(Count(values, v => v > reached) < Majority.Size(values.Length));
        }
    }

    [Fact]
    public void A_vote_is_won_by_a_majority_and_lost_when_none_is_possible()
    {
        var random = new SplitMix64(6);
        for (int round = 0; round < 20_000; round++)
        {
            var ballots = new Ballot[1 + random.Below(9)];
            for (int i = 0; i < ballots.Length; i++)
            {
                ballots[i] = (Ballot)random.Below(3);
            }

            int granted = Count(ballots, b => b == Ballot.Granted);
            int possible = Count(ballots, b => b != Ballot.Refused);
            VoteResult expected = 2 * granted > ballots.Length ? VoteResult.Won
                : 2 * possible > ballots.Length ? VoteResult.Pending
                : VoteResult.Lost;
            Assert.Equal(expected, Majority.Tally(ballots));
        }
    }

    [Fact]
    public void No_voters_have_no_majority() =>
        Assert.Throws<InvalidOperationException>(() => Majority.Reached(Span<ulong>.Empty));

    private static int Count<T>(T[] values, Predicate<T> predicate) => Array.FindAll(values, predicate).Length;
}
