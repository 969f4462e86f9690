using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>Patience may change while everybody runs, and what was promised is kept (S2; RaftNode.Patience.cs has the argument).</summary>
public class PatienceTests
{
    private static readonly Term T2 = new(2);

    [Fact]
    public void A_leader_counts_the_patience_that_each_voter_promised()
    {
        TestVoter leader = Leader(voters: 5);
        leader.Retime(1_000);
        leader.Skip(50);
        MonotonicTime sent = leader.Now - Ms(10);
        leader.Receive(leader.Echo(2, sent) with { Patience = Ms(400) });
        leader.Receive(leader.Echo(3, sent) with { Patience = Ms(300) });
        Assert.Equal(sent + Counted(300), leader.Status.ConfirmedUntil);

        // The shortest promise of the majority counts: its own, then the third voter's.
        leader.Receive(leader.Echo(4, sent) with { Patience = Ms(2_000) });
        Assert.Equal(sent + Counted(400), leader.Status.ConfirmedUntil);
        leader.Receive(leader.Echo(5, sent) with { Patience = Ms(3_000) });
        Assert.Equal(leader.Now + Counted(1_000), leader.Status.ConfirmedUntil);
        leader.Retime(200);
        Assert.Equal(sent + Counted(400), leader.Status.ConfirmedUntil);
    }

    [Fact]
    public void A_shorter_promise_takes_back_nothing_of_a_longer_one()
    {
        TestVoter leader = Leader();
        leader.Retime(1_000);
        leader.Skip(50);
        MonotonicTime first = leader.Now;
        leader.Receive(leader.Echo(2, first) with { Patience = Ms(800) });
        leader.Skip(50);
        leader.Receive(leader.Echo(2, leader.Now) with { Patience = Ms(100) });
        Assert.Equal(first + Counted(800), leader.Status.ConfirmedUntil);
        Assert.Equal(leader.Now, leader.Status.ConfirmedAt);
    }

    [Fact]
    public void A_joint_configuration_is_left_only_when_its_new_half_promises_what_was_told_on_the_word_of_the_old_one()
    {
        // Told on the word of 1 and 2, the old majority: nobody else for a long time. 3, 4 and 5 could elect somebody without them.
        TestVoter leader = Leader();
        leader.Retime(1_000);
        leader.Receive(Ack(2, 1, 1));
        Assert.Equal("", leader.Change(ConfigurationStep.Add(new NodeId(4)), ConfigurationStep.Add(new NodeId(5))));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        for (uint learner = 4; learner <= 5; learner++)
        {
            leader.Receive(Ack(learner, 1, 2) with { Session = learner - 3 });
            leader.Receive(leader.Echo(learner, leader.Now, 2, 2) with { Session = learner - 3, Patience = Ms(200) });
        }

        leader.Receive(leader.Echo(2, leader.Now, 2, 2) with { Patience = Ms(900) });
        MonotonicTime told = leader.Status.ConfirmedUntil;
        Assert.Equal("", leader.Change(ConfigurationStep.Promote(new NodeId(4)), ConfigurationStep.Promote(new NodeId(5))));
        leader.Sync();
        for (uint voter = 2; voter <= 5; voter++)
        {
            ulong session = voter > 3 ? voter - 3 : 0;
            leader.Receive(Ack(voter, 1, 3) with { Session = session });
            leader.Receive(leader.Echo(voter, leader.Now, 3, 3) with { Session = session, Patience = Ms(voter == 2 ? 900 : 200) });
        }

        Assert.Equal(new LogIndex(3), leader.Status.CommitIndex);
        Assert.True(leader.Status.ConfirmedUntil < told);
        Assert.True(leader.Node.Configuration.IsJoint);

        leader.Receive(leader.Echo(3, leader.Now, 3, 3) with { Patience = Ms(900) });
        leader.Sync();
        Assert.False(leader.Node.Configuration.IsJoint);
    }

    [Fact]
    public void A_build_that_does_not_tell_its_patience_is_counted_on_for_what_the_cluster_was_set_up_with()
    {
        TestVoter leader = Leader();
        leader.Retime(1_000);
        leader.Receive(leader.Echo(2, leader.Now));
        Assert.Equal(leader.Now + Counted(200), leader.Status.ConfirmedUntil);
    }

    [Fact]
    public void Nobody_is_counted_on_for_more_than_an_hour()
    {
        TestVoter leader = Leader(voters: 5);
        for (uint voter = 2; voter <= 4; voter++)
        {
            leader.Receive(leader.Echo(voter, leader.Now) with { Patience = TimeSpan.MaxValue });
        }

        Assert.Equal(leader.Now + (TimeSpan.FromHours(1) / 1.1), leader.Status.ConfirmedUntil);
    }

    [Fact]
    public void Answers_and_votes_carry_the_patience_in_force()
    {
        TestVoter follower = Follower("a");
        follower.Receive(Beat(1));
        Assert.Equal(Ms(200), Assert.Single(follower.TakeSent()).Patience);
        follower.Retime(480);
        follower.Receive(Beat(1));
        Assert.Equal(Ms(480), Assert.Single(follower.TakeSent()).Patience);

        follower.Skip(480);
        follower.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(9), new Term(1)));
        follower.Sync();
        Assert.Equal(Ms(480), Assert.Single(follower.Sent(RaftMessageKind.VoteResponse)).Patience);

        // Asked again, it answers what it promised then.
        follower.Retime(800);
        follower.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(9), new Term(1)));
        Assert.Equal(Ms(480), Assert.Single(follower.Sent(RaftMessageKind.VoteResponse)).Patience);
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.ShortensPatienceAtOnce, true)]
    public void A_voter_that_becomes_less_patient_honours_what_it_promised(RaftMutations mutation, bool votes)
    {
        TestVoter voter = new(o => o with { Mutations = mutation });
        voter.Skip(500);
        voter.Receive(Beat(1));
        voter.Sync();
        voter.Retime(100);
        voter.Skip(199);
        Asks(voter);
        Assert.Equal(votes, voter.Sent(RaftMessageKind.VoteResponse).Exists(m => m.Granted));
        voter.Skip(1);
        Asks(voter);
        Assert.Contains(voter.Sent(RaftMessageKind.VoteResponse), m => m.Granted);
    }

    [Fact]
    public void It_does_not_stand_either_before_that()
    {
        TestVoter voter = Follower("a");
        voter.Receive(Beat(1));
        voter.Retime(40);
        voter.TakeSent();
        voter.Pass(199);
        Assert.Empty(voter.TakeSent());
        voter.Pass(200);
        Assert.Contains(voter.TakeSent(), m => m.Kind == RaftMessageKind.PreVoteRequest);
    }

    [Fact]
    public void A_voter_that_becomes_more_patient_stands_later()
    {
        TestVoter voter = Follower("a");
        voter.Receive(Beat(1));
        voter.Retime(1_000);
        voter.TakeSent();
        voter.Pass(999);
        Assert.Empty(voter.TakeSent());
        voter.Pass(1_001);
        Assert.Contains(voter.TakeSent(), m => m.Kind == RaftMessageKind.PreVoteRequest);
    }

    [Fact]
    public void A_voter_that_restarts_abstains_as_long_as_a_former_life_may_have_promised()
    {
        TestVoter voter = Follower("a");
        voter.Retime(900);
        voter.Receive(Beat(1));
        TestVoter restarted = voter.Restart(o => o with { NewcomerPatience = Ms(900) });
        restarted.Skip(899);
        Asks(restarted);
        Assert.DoesNotContain(restarted.Sent(RaftMessageKind.VoteResponse), m => m.Granted);
        restarted.Skip(1);
        Asks(restarted);
        Assert.Contains(restarted.Sent(RaftMessageKind.VoteResponse), m => m.Granted);
    }

    [Fact]
    public void A_leader_that_becomes_less_patient_is_bound_by_what_it_told()
    {
        TestVoter leader = Leader();
        leader.Retime(1_000);
        leader.Receive(leader.Echo(2, leader.Now) with { Patience = Ms(1_000) });
        MonotonicTime told = leader.Status.ConfirmedUntil;
        leader.Retime(100);
        leader.Abdicate();
        leader.Skip(told - leader.Now - Ms(1));
        Asks(leader);
        Assert.DoesNotContain(leader.Sent(RaftMessageKind.VoteResponse), m => m.Granted);
        leader.Skip(1);
        Asks(leader);
        Assert.Contains(leader.Sent(RaftMessageKind.VoteResponse), m => m.Granted);
    }

    [Theory]
    [InlineData(RaftMutations.None, 200)]
    [InlineData(RaftMutations.CountsOwnPatience, 1_000)]
    public void A_leader_that_becomes_more_patient_can_count_on_no_more_for_it(RaftMutations mutation, int countedMs)
    {
        TestVoter leader = Leader(o => o with { Mutations = mutation });
        leader.Retime(1_000);
        leader.Receive(leader.Echo(2, leader.Now) with { Patience = Ms(200) });
        Assert.Equal(leader.Now + Counted(countedMs), leader.Status.ConfirmedUntil);
    }

    [Fact]
    public void Times_that_contradict_each_other_are_refused_and_change_nothing()
    {
        TestVoter follower = Follower("a");
        var wrong = new RaftTiming(Ms(50), Ms(100), Ms(200));
        string message = Assert.Throws<RaftConfigurationException>(() => follower.Node.Retime(wrong, follower.Now)).Message;
        Assert.Contains("2 × 50 ms × 1.1 = 110 ms", message, StringComparison.Ordinal);
        follower.Receive(Beat(1));
        Assert.Equal(Ms(200), Assert.Single(follower.TakeSent()).Patience);
    }

    private static void Asks(TestVoter voter)
    {
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(9), new Term(1)));
        voter.Sync();
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    // 1.1 is the bound on the ratio of two clocks' rates.
    private static TimeSpan Counted(int ms) => TimeSpan.FromTicks((long)(Ms(ms).Ticks / 1.1));
}
