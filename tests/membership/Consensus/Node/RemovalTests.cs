using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>Nodes that are removed learn of it and disturb nobody.</summary>
public class RemovalTests
{
    private static readonly NodeId Four = new(4);

    [Fact]
    public void A_removed_node_is_served_until_it_knows_that_its_removal_is_committed()
    {
        TestVoter leader = WithoutThree(ackOfThree: false);
        LogIndex final = leader.Node.ConfigurationIndex;
        Assert.Equal("voters 1 2", leader.Node.Configuration.ToString());
        leader.Skip(1);
        leader.Receive(Ack(3, 1, final.Value));
        leader.TakeSent();
        leader.Pass(50);
        RaftMessage beat = Assert.Single(leader.TakeSent(), m => m.To == Three && m.Kind == RaftMessageKind.Heartbeat);
        Assert.Equal(final, beat.Commit);

        leader.Receive(leader.Echo(3, beat.SentAt, final.Value, final.Value));
        leader.Receive(leader.Echo(2, beat.SentAt, final.Value, final.Value));
        leader.Pass(100);
        Assert.DoesNotContain(leader.TakeSent(), m => m.To == Three);
    }

    [Fact]
    public void A_removed_node_that_never_answers_is_given_up_on()
    {
        TestVoter leader = WithoutThree(ackOfThree: false);
        for (int i = 0; i < 40; i++)
        {
            leader.Pass(100);
            leader.Receive(leader.Echo(2, leader.Now, 3, 3));
        }

        leader.TakeSent();
        leader.Pass(100);
        Assert.DoesNotContain(leader.TakeSent(), m => m.To == Three);
        Assert.True(leader.Status.IsLeader);
    }

    [Fact]
    public void A_removed_node_that_was_away_is_told_when_it_asks_for_votes()
    {
        TestVoter leader = WithoutThree(ackOfThree: true);
        leader.Pass(50);
        leader.Receive(leader.Echo(3, leader.Now, 3, 3));
        leader.Receive(leader.Echo(2, leader.Now, 3, 3));
        leader.Pass(100);
        leader.Receive(leader.Echo(2, leader.Now, 3, 3));
        Assert.DoesNotContain(leader.TakeSent(), m => m.To == Three && m.SentAt == leader.Now);

        leader.Receive(RaftMessage.PreVoteRequest(Three, One, new Term(2), new LogIndex(1), new Term(1)));
        RaftMessage beat = Assert.Single(leader.Sent(RaftMessageKind.Heartbeat), m => m.To == Three);
        leader.Receive(leader.Echo(3, beat.SentAt, 0, 0) with { Session = beat.Session });
        leader.Pass(200);
        Assert.Contains(leader.TakeSent(), m => m.To == Three && m.Kind == RaftMessageKind.Heartbeat);
    }

    [Fact]
    public void A_higher_term_of_a_removed_node_unseats_nobody()
    {
        TestVoter leader = WithoutThree(ackOfThree: false);
        leader.Receive(leader.Echo(3, leader.Now) with { Term = new Term(9) });
        leader.Receive(RaftMessage.VoteRequest(Three, One, new Term(9), new LogIndex(9), new Term(8)));
        leader.Receive(RaftMessage.PreVoteRequest(Three, One, new Term(9), new LogIndex(9), new Term(8)));
        Assert.True(leader.Status.IsLeader);
        Assert.Equal(new Term(1), leader.Status.Term);
    }

    [Fact]
    public void A_leader_that_is_removed_leads_until_that_is_committed_and_then_hands_over()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        Assert.Equal("", leader.Change(ConfigurationStep.Remove(One)));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.Receive(Ack(3, 1, 2));
        leader.Receive(leader.Echo(2, leader.Now, 2, 2));
        leader.Receive(leader.Echo(3, leader.Now, 2, 2));
        leader.Sync();
        Assert.Equal("voters 2 3", leader.Node.Configuration.ToString());

        // Its own copy counts no more.
        leader.Receive(Ack(2, 1, 3));
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
        leader.Receive(leader.Echo(3, leader.Now, 2, 2));
        leader.Receive(Ack(3, 1, 3));
        Assert.Equal(new LogIndex(3), leader.Status.CommitIndex);
        Assert.True(leader.Status.IsLeader);
        leader.TakeSent();

        leader.Pass(200);
        Assert.Contains(leader.TakeSent(), m => m.Kind == RaftMessageKind.TransferRequest);

        // Nobody takes over: it steps down all the same, and stands no more.
        leader.Receive(leader.Echo(2, leader.Now, 3, 3));
        leader.Receive(leader.Echo(3, leader.Now, 3, 3));
        leader.Pass(250);
        Assert.Equal(LogRole.Follower, leader.Status.Role);
        leader.TakeSent();
        leader.Pass(2_000);
        Assert.Empty(leader.TakeSent());
    }

    [Fact]
    public void A_node_without_any_removal_on_record_ignores_strangers_who_ask_for_votes()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        leader.Receive(RaftMessage.PreVoteRequest(Four, One, new Term(2), new LogIndex(1), new Term(1)));
        Assert.Empty(leader.TakeSent());
    }

    private static TestVoter WithoutThree(bool ackOfThree)
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        Assert.Equal("", leader.Change(ConfigurationStep.Remove(Three)));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.Sync();
        leader.Receive(Ack(2, 1, 3));
        Assert.Equal(new LogIndex(3), leader.Status.CommitIndex);
        if (ackOfThree)
        {
            leader.Receive(Ack(3, 1, 3));
        }

        leader.TakeSent();
        return leader;
    }
}
