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
            Weighted<ulong>[] values = Some(ref random, static (ref SplitMix64 r) => r.Below(6));
            ulong reached = Majority.Reached(values.ToArray().AsSpan());
            int needed = Majority.Size(Votes(values, static _ => true));
            Assert.Contains(values, v => v.Value == reached);
            Assert.True(Votes(values, v => v >= reached) >= needed);
            Assert.True(Votes(values, v => v > reached) < needed);
        }
    }

    [Fact]
    public void A_vote_is_won_by_a_majority_and_lost_when_none_is_possible()
    {
        var random = new SplitMix64(6);
        for (int round = 0; round < 20_000; round++)
        {
            Weighted<Ballot>[] ballots = Some(ref random, static (ref SplitMix64 r) => (Ballot)r.Below(3));
            int total = Votes(ballots, static _ => true);
            VoteResult expected = 2 * Votes(ballots, b => b == Ballot.Granted) > total ? VoteResult.Won
                : 2 * Votes(ballots, b => b != Ballot.Refused) > total ? VoteResult.Pending
                : VoteResult.Lost;
            Assert.Equal(expected, Majority.Tally(ballots));
        }
    }

    [Fact]
    public void Weights_of_one_make_the_majority_that_counts_heads()
    {
        var random = new SplitMix64(7);
        for (int round = 0; round < 5_000; round++)
        {
            Weighted<ulong>[] values = Array.ConvertAll(
                Some(ref random, static (ref SplitMix64 r) => r.Below(6)), v => v with { Votes = 1 });
            ulong[] sorted = [.. values.Select(v => v.Value).Order()];
            Assert.Equal(sorted[^Majority.Size(sorted.Length)], Majority.Reached(values.AsSpan()));
        }
    }

    [Fact]
    public void Two_sets_of_voters_that_both_decide_share_one_whatever_the_weights()
    {
        var random = new SplitMix64(8);
        for (int round = 0; round < 20_000; round++)
        {
            Weighted<bool>[] sides = Some(ref random, static (ref SplitMix64 r) => r.Chance(0.5));
            VoteResult one = Majority.Tally(Array.ConvertAll(sides, s => new Weighted<Ballot>(s.Value ? Ballot.Granted : Ballot.Refused, s.Votes)));
            VoteResult other = Majority.Tally(Array.ConvertAll(sides, s => new Weighted<Ballot>(s.Value ? Ballot.Refused : Ballot.Granted, s.Votes)));
            Assert.False(one == VoteResult.Won && other == VoteResult.Won);
        }
    }

    [Fact]
    public void No_voters_have_no_majority() =>
        Assert.Throws<InvalidOperationException>(() => Majority.Reached(Span<Weighted<ulong>>.Empty));

    private delegate T Draw<out T>(ref SplitMix64 random);

    // In a third of the draws every vote counts one.
    private static Weighted<T>[] Some<T>(ref SplitMix64 random, Draw<T> draw)
    {
        var values = new Weighted<T>[1 + random.Below(9)];
        ulong greatest = random.Chance(0.33) ? 1 : 1 + random.Below(6);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = new Weighted<T>(draw(ref random), 1 + (int)random.Below(greatest));
        }

        return values;
    }

    private static int Votes<T>(Weighted<T>[] values, Predicate<T> predicate) => values.Sum(v => predicate(v.Value) ? v.Votes : 0);
}
