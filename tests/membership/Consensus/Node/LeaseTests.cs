using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>What membership leases are built upon, and check-quorum.</summary>
public class LeaseTests
{
    [Fact]
    public void A_fresh_leader_is_confirmed_as_of_the_moment_it_asked_for_votes()
    {
        var voter = new TestVoter();
        voter.BecomeCandidate();
        MonotonicTime asked = voter.Now;
        voter.Pass(60);
        voter.Receive(RaftMessage.VoteResponse(Two, One, voter.Status.Term, true));

        Assert.True(voter.Status.IsLeader);
        Assert.Equal(voter.Now, voter.Status.LeaderSince);
        Assert.Equal(asked, voter.Status.ConfirmedAt);
        TimeSpan promised = TimeSpan.FromTicks((long)(voter.Options.ElectionTimeoutMin.Ticks / 1.1));
        Assert.Equal(asked + promised, voter.Status.ConfirmedUntil);
    }

    [Fact]
    public void The_newest_time_that_a_majority_echoed_confirms()
    {
        TestVoter leader = Leader(voters: 5);
        MonotonicTime elected = leader.Now;
        leader.Skip(100);

        leader.Receive(leader.Echo(2, elected + TimeSpan.FromMilliseconds(90)));
        Assert.Equal(elected, leader.Status.ConfirmedAt);
        leader.Receive(leader.Echo(5, elected + TimeSpan.FromMilliseconds(50)));
        Assert.Equal(elected + TimeSpan.FromMilliseconds(50), leader.Status.ConfirmedAt);
        leader.Receive(leader.Echo(3, elected + TimeSpan.FromMilliseconds(70)));
        Assert.Equal(elected + TimeSpan.FromMilliseconds(70), leader.Status.ConfirmedAt);
    }

    [Fact]
    public void Late_echoes_take_nothing_back_and_stamps_from_the_future_are_dropped()
    {
        TestVoter leader = Leader();
        leader.Skip(100);
        MonotonicTime newest = leader.Now - TimeSpan.FromMilliseconds(10);
        leader.Receive(leader.Echo(2, newest));
        leader.Receive(leader.Echo(2, newest - TimeSpan.FromMilliseconds(30)));
        leader.Receive(leader.Echo(2, leader.Now + TimeSpan.FromMilliseconds(1)));
        Assert.Equal(newest, leader.Status.ConfirmedAt);
    }

    [Fact]
    public void An_echo_of_another_term_confirms_nothing()
    {
        TestVoter leader = Leader();
        MonotonicTime before = leader.Status.ConfirmedAt;
        leader.Skip(10);
        leader.Receive(leader.Echo(2, leader.Now) with { Term = Term.Zero });
        Assert.Equal(before, leader.Status.ConfirmedAt);
    }

    [Fact]
    public void A_late_grant_counts_from_the_moment_it_was_asked_for()
    {
        var voter = new TestVoter(voters: 5);
        voter.BecomeCandidate();
        MonotonicTime asked = voter.Now;
        voter.Receive(RaftMessage.VoteResponse(Two, One, voter.Status.Term, true));
        voter.Receive(RaftMessage.VoteResponse(Three, One, voter.Status.Term, true));
        voter.Skip(20);
        voter.Receive(voter.Echo(2, voter.Now));
        Assert.Equal(asked, voter.Status.ConfirmedAt);

        voter.Receive(RaftMessage.VoteResponse(new NodeId(4), One, voter.Status.Term, true));
        Assert.Equal(asked, voter.Status.ConfirmedAt);
        voter.Receive(voter.Echo(4, voter.Now));
        Assert.Equal(voter.Now, voter.Status.ConfirmedAt);
    }

    [Fact]
    public void Heartbeats_carry_the_time_they_are_sent()
    {
        TestVoter leader = Leader();
        leader.Pass(50);
        List<RaftMessage> heartbeats = leader.Sent(RaftMessageKind.Heartbeat);
        Assert.Equal(2, heartbeats.Count);
        Assert.All(heartbeats, h => Assert.Equal(leader.Now, h.SentAt));
    }

    [Fact]
    public void A_single_voter_confirms_itself()
    {
        var voter = new TestVoter(voters: 1);
        voter.Pass(350);
        voter.Sync();
        voter.Pass(10_000);
        Assert.True(voter.Status.IsLeader);
        Assert.Equal(voter.Now, voter.Status.ConfirmedAt);
    }

    [Fact]
    public void A_leader_without_a_majority_steps_down_after_a_maximum_timeout_and_not_before()
    {
        TestVoter leader = Leader();
        leader.Pass(350);
        Assert.True(leader.Status.IsLeader);
        leader.Pass(1);
        Assert.Equal(LogRole.Follower, leader.Status.Role);
        Assert.Equal(new Term(1), leader.Status.Term);
        Assert.Equal(NodeId.None, leader.Status.Leader);
        Assert.False(leader.Propose("a"));
    }

    [Fact]
    public void A_leader_that_one_follower_of_two_answers_stays()
    {
        TestVoter leader = Leader();
        for (int i = 0; i < 20; i++)
        {
            leader.Pass(100);
            leader.Receive(leader.Echo(3, leader.Now));
        }

        Assert.True(leader.Status.IsLeader);
    }

    [Fact]
    public void Who_does_not_lead_is_not_confirmed()
    {
        TestVoter follower = Follower("a");
        Assert.True(follower.Status.ConfirmedUntil < new MonotonicTime(0));
        Assert.True(follower.Status.ConfirmedAt < new MonotonicTime(0));
        Assert.True(follower.Status.LeaderSince < new MonotonicTime(0));
    }
}
