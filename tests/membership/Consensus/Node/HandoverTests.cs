using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>Targeted transfer of leadership (thesis §3.10) without a break in what the leader had promised.</summary>
public class HandoverTests
{
    private static readonly Term T1 = new(1);
    private static readonly Term T2 = new(2);

    [Fact]
    public void A_leader_that_hands_over_promises_nothing_more_and_waits_until_its_promise_has_run_out()
    {
        TestVoter leader = Settled();
        MonotonicTime promised = leader.Status.ConfirmedUntil;
        Assert.Equal("", leader.Transfer(Two));
        Assert.Equal(MonotonicTime.DistantPast, leader.Status.ConfirmedUntil);
        Assert.True(leader.Status.IsLeader);

        leader.Pass((int)(promised - leader.Now).TotalMilliseconds);
        Assert.DoesNotContain(leader.TakeSent(), m => m.Kind == RaftMessageKind.TransferRequest);
        Assert.True(leader.Propose("still taken"));
        leader.Receive(Ack(2, 1, 2));
        leader.Pass(1);
        RaftMessage ask = Assert.Single(leader.Sent(RaftMessageKind.TransferRequest));
        Assert.Equal((Two, new LogIndex(2)), (ask.To, ask.Index));
        Assert.False(leader.Propose("too late"));
    }

    [Fact]
    public void The_successor_is_brought_up_to_date_first()
    {
        TestVoter leader = Settled();
        leader.Propose("a");
        leader.Transfer(Two);
        leader.Pass(190);
        Assert.DoesNotContain(leader.TakeSent(), m => m.Kind == RaftMessageKind.TransferRequest);
        leader.Receive(Ack(2, 1, 2));
        Assert.Single(leader.Sent(RaftMessageKind.TransferRequest));
    }

    [Fact]
    public void A_successor_stands_at_once_and_its_request_overrides_patience()
    {
        TestVoter successor = Follower("a");
        successor.Skip(300);
        successor.Receive(Beat(1));
        successor.TakeSent();
        successor.Receive(RaftMessage.TransferRequest(Two, One, T1, new LogIndex(1), 0));
        Assert.Equal(LogRole.Candidate, successor.Status.Role);
        successor.Sync();
        List<RaftMessage> asks = successor.Sent(RaftMessageKind.VoteRequest);
        Assert.Equal(2, asks.Count);
        Assert.All(asks, m => Assert.True(m.IsSuccessor));

        TestVoter voter = Follower("a");
        voter.Skip(300);
        voter.Receive(Beat(1));
        voter.TakeSent();
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1));
        Assert.Empty(voter.TakeSent());
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1) with { IsSuccessor = true });
        voter.Sync();
        Assert.True(Assert.Single(voter.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Fact]
    public void A_leader_votes_for_the_successor_it_asked_and_for_nobody_else()
    {
        TestVoter leader = Settled();
        leader.Transfer(Two);
        leader.Pass(200);
        leader.Receive(leader.Echo(3, leader.Now, 1, 1));
        leader.TakeSent();
        RaftMessage ask = RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1) with { IsSuccessor = true };
        leader.Receive(ask);
        Assert.True(leader.Status.IsLeader);
        leader.Receive(ask with { From = Two });
        leader.Sync();
        Assert.True(Assert.Single(leader.Sent(RaftMessageKind.VoteResponse)).Granted);
        Assert.Equal(T2, leader.Status.Term);
    }

    [Fact]
    public void A_transfer_that_gets_nowhere_is_given_up_and_the_leader_goes_on()
    {
        TestVoter leader = Settled();
        leader.Transfer(Two);
        for (int i = 0; i < 10; i++)
        {
            leader.Pass(40);
            leader.Receive(leader.Echo(3, leader.Now - TimeSpan.FromMilliseconds(1), 1, 1));
        }

        Assert.True(leader.Status.IsLeader);
        Assert.True(leader.Propose("taken again"));

        // Answers to earlier heartbeats promise nothing: a late vote for the successor could still override them.
        leader.TakeSent();
        leader.Pass(50);
        RaftMessage beat = leader.Sent(RaftMessageKind.Heartbeat)[^1];
        Assert.Equal(1U, beat.Handovers);
        leader.Receive(leader.Echo(3, beat.SentAt, 1, 1));
        Assert.Equal(beat.SentAt, leader.Status.ConfirmedAt);
        Assert.True(leader.Status.ConfirmedUntil > leader.Now);
        Assert.Equal("", leader.Transfer(Three));
    }

    [Fact]
    public void What_was_confirmed_before_a_transfer_was_given_up_is_not_told_again()
    {
        TestVoter leader = Settled();
        leader.Transfer(Two);
        MonotonicTime lastEcho = default;
        while (leader.Status.IsLeader && leader.TakeSent().TrueForAll(m => m.Handovers == 0))
        {
            leader.Receive(leader.Echo(3, leader.Now, 1, 1));
            lastEcho = leader.Now;
            leader.Pass(1);
        }

        Assert.True(leader.Status.IsLeader);
        Assert.Equal(lastEcho, leader.Status.ConfirmedAt);
        Assert.True(leader.Status.ConfirmedUntil < leader.Now);
    }

    [Fact]
    public void Who_knows_that_a_transfer_was_given_up_helps_it_no_more()
    {
        TestVoter voter = Follower("a");
        voter.Skip(300);
        voter.Receive(Beat(1) with { Handovers = 1 });
        voter.TakeSent();
        voter.Receive(RaftMessage.TransferRequest(Two, One, T1, new LogIndex(1), 0));
        Assert.Equal(LogRole.Follower, voter.Status.Role);
        RaftMessage ask = RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1) with { IsSuccessor = true };
        voter.Receive(ask);
        Assert.Equal(T1, voter.Status.Term);
        voter.Receive(ask with { Handovers = 1 });
        Assert.Equal(T2, voter.Status.Term);
    }

    [Fact]
    public void A_successor_that_is_refused_goes_on_being_patient()
    {
        TestVoter successor = Follower("a");
        successor.Skip(300);
        successor.Receive(Beat(1));
        successor.Receive(RaftMessage.TransferRequest(Two, One, T1, new LogIndex(1), 0));
        successor.Sync();
        successor.TakeSent();
        successor.Receive(RaftMessage.VoteResponse(Two, One, T2, false));

        successor.Pass(199);

        Assert.DoesNotContain(successor.TakeSent(), m => m.Kind == RaftMessageKind.PreVoteRequest);
    }

    [Fact]
    public void Patience_is_overridden_only_for_a_successor_of_the_leader_one_is_patient_with()
    {
        TestVoter voter = Follower("a");
        voter.Skip(300);
        voter.Receive(Beat(1));
        voter.Receive(RaftMessage.VoteRequest(Three, One, new Term(3), new LogIndex(1), T1) with { IsSuccessor = true });
        Assert.Equal(T1, voter.Status.Term);

        voter.Sync();
        TestVoter restarted = voter.Restart();
        restarted.Skip(199);
        restarted.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1) with { IsSuccessor = true });
        Assert.Equal(T1, restarted.Status.Term);
    }

    [Fact]
    public void Requests_to_stand_count_only_from_the_leader_and_for_a_voter_that_has_everything()
    {
        RaftMessage ask = RaftMessage.TransferRequest(Two, One, T1, new LogIndex(1), 0);
        RaftMessage[] stale = [ask with { From = Three }, ask with { Term = Term.Zero }, ask with { Term = T2 }, ask with { Index = new LogIndex(2) }];
        foreach (RaftMessage message in stale)
        {
            TestVoter voter = Follower("a");
            voter.Skip(300);
            voter.Receive(Beat(1));
            voter.Receive(message);
            Assert.Equal((LogRole.Follower, T1), (voter.Status.Role, voter.Status.Term));
        }

        TestVoter justStarted = Follower("a");
        justStarted.Receive(ask);
        Assert.Equal(LogRole.Follower, justStarted.Status.Role);
    }

    [Fact]
    public void A_transfer_that_makes_no_sense_is_refused_with_the_reason()
    {
        Assert.Contains("ask #2", Follower("a").Transfer(Three), StringComparison.Ordinal);
        TestVoter leader = Settled();
        Assert.Contains("leads already", leader.Transfer(One), StringComparison.Ordinal);
        Assert.Contains("no voter", leader.Transfer(new NodeId(9)), StringComparison.Ordinal);
        Assert.Contains("does not answer", leader.Transfer(Three), StringComparison.Ordinal);
        Assert.Equal("", leader.Transfer(Two));
        Assert.Equal("", leader.Transfer(Two));
        leader.Receive(leader.Echo(3, leader.Now, 1, 1));
        Assert.Contains("being handed to #2", leader.Transfer(Three), StringComparison.Ordinal);
        Assert.Contains("being handed to #2", leader.Change(ConfigurationStep.Remove(Three)), StringComparison.Ordinal);
    }

    private static TestVoter Settled()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        return leader;
    }
}
