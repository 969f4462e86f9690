using Cluster.Consensus.Quorum;

namespace Cluster.Consensus.Tests.Quorum;

public class JointQuorumTests
{
    [Fact]
    public void What_both_halves_reached_is_the_lesser_of_what_each_reached()
    {
        var random = new SplitMix64(15);
        for (int round = 0; round < 20_000; round++)
        {
            Weighted<ulong>[] incoming = Values(ref random, 1 + random.Below(7));
            Weighted<ulong>[] outgoing = Values(ref random, random.Below(7));
            ulong reached = JointQuorum.Reached(incoming.ToArray().AsSpan(), outgoing.ToArray().AsSpan());
            Assert.True(IsReachedByAMajority(incoming, reached));
            Assert.True(outgoing.Length == 0 || IsReachedByAMajority(outgoing, reached));
            bool bothReachedMore = IsReachedByAMajority(incoming, reached + 1)
                && (outgoing.Length == 0 || IsReachedByAMajority(outgoing, reached + 1));
            Assert.False(bothReachedMore);
        }
    }

    [Fact]
    public void A_vote_is_won_when_both_halves_are_and_lost_when_either_is()
    {
        var random = new SplitMix64(16);
        for (int round = 0; round < 20_000; round++)
        {
            Weighted<Ballot>[] incoming = Ballots(ref random, 1 + random.Below(7));
            Weighted<Ballot>[] outgoing = Ballots(ref random, random.Below(7));
            VoteResult first = Majority.Tally(incoming);
            VoteResult second = outgoing.Length == 0 ? VoteResult.Won : Majority.Tally(outgoing);
            VoteResult result = JointQuorum.Tally(incoming, outgoing);
            Assert.Equal(first == VoteResult.Won && second == VoteResult.Won, result == VoteResult.Won);
            Assert.Equal(first == VoteResult.Lost || second == VoteResult.Lost, result == VoteResult.Lost);
        }
    }

    [Fact]
    public void Two_decisions_that_follow_each_other_share_a_voter_at_every_step_of_a_change()
    {
        var random = new SplitMix64(17);
        for (int round = 0; round < 5_000; round++)
        {
            NodeId[] old = Some(ref random);
            NodeId[] next = random.Chance(0.3) ? old : Some(ref random);
            Dictionary<NodeId, int> oldVotes = old.ToDictionary(node => node, _ => 1 + (int)random.Below(4));
            Dictionary<NodeId, int> nextVotes = next.ToDictionary(node => node, _ => 1 + (int)random.Below(4));
            var before = new ClusterConfiguration(old, votes: oldVotes);
            var joint = new ClusterConfiguration(next, old, votes: nextVotes, outgoingVotes: oldVotes);
            var after = new ClusterConfiguration(next, votes: nextVotes);
            foreach ((ClusterConfiguration left, ClusterConfiguration right) in new[] { (before, joint), (joint, joint), (joint, after) })
            {
                // What decides in one and everybody who is not of it: they can't decide in the other.
                List<NodeId> deciders = Deciders(left, ref random);
                Assert.True(Decides(left, deciders));
                Assert.False(Decides(right, [.. left.Members.Union(right.Members).Except(deciders)]));
            }
        }
    }

    // The least set that decides, drawn at random.
    private static List<NodeId> Deciders(ClusterConfiguration configuration, ref SplitMix64 random)
    {
        List<NodeId> all = [.. configuration.Members];
        while (true)
        {
            List<NodeId> needless = all.FindAll(node => Decides(configuration, [.. all.Where(other => other != node)]));
            if (needless.Count == 0)
            {
                return all;
            }

            all.Remove(needless[(int)random.Below((ulong)needless.Count)]);
        }
    }

    private static bool Decides(ClusterConfiguration configuration, List<NodeId> nodes)
    {
        Weighted<Ballot>[] incoming = [.. configuration.Voters.Select(node => Of(node, configuration.VotesOf(node)))];
        Weighted<Ballot>[] outgoing = [.. configuration.OutgoingVoters.Select(node => Of(node, configuration.OutgoingVotesOf(node)))];
        bool decides = JointQuorum.Tally(incoming, outgoing) == VoteResult.Won;
        Assert.Equal(decides, configuration.IsDecidedBy(nodes.Contains));
        return decides;

        Weighted<Ballot> Of(NodeId node, int votes) => new(nodes.Contains(node) ? Ballot.Granted : Ballot.Refused, votes);
    }

    private static NodeId[] Some(ref SplitMix64 random)
    {
        ulong mask = 1 + random.Below(127);
        return [.. Enumerable.Range(0, 7).Where(i => ((mask >> i) & 1) == 1).Select(i => new NodeId((uint)i + 1))];
    }

    private static bool IsReachedByAMajority(Weighted<ulong>[] values, ulong value) =>
        values.Sum(v => v.Value >= value ? v.Votes : 0) >= Majority.Size(values.Sum(v => v.Votes));

    private static Weighted<ulong>[] Values(ref SplitMix64 random, ulong count)
    {
        var values = new Weighted<ulong>[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = new Weighted<ulong>(random.Below(6), 1 + (int)random.Below(4));
        }

        return values;
    }

    private static Weighted<Ballot>[] Ballots(ref SplitMix64 random, ulong count) =>
        Array.ConvertAll(Values(ref random, count), value => new Weighted<Ballot>((Ballot)(value.Value % 3), value.Votes));
}
