using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>What a node said before it was removed and added again does not count: it may have another disk.</summary>
public class SessionTests
{
    private static readonly NodeId Four = new(4);

    [Fact]
    public void Answers_from_before_a_node_was_removed_and_added_again_count_for_nothing()
    {
        // A stale acknowledgement of this kind once broke raft-rs.
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.Change(ConfigurationStep.Add(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        RaftMessage early = Ack(4, 1, 2) with { Session = 1 };
        leader.Change(ConfigurationStep.Remove(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 3));
        leader.Change(ConfigurationStep.Add(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 4));
        leader.TakeSent();
        leader.Pass(50);
        Assert.Equal(2UL, leader.Sent(RaftMessageKind.Heartbeat).Find(m => m.To == Four).Session);

        leader.Receive(early);
        leader.Receive(leader.Echo(4, leader.Now, 4, 4) with { Session = 1 });
        Assert.Contains("does not answer", leader.Change(ConfigurationStep.Promote(Four)), StringComparison.Ordinal);
        leader.Receive(leader.Echo(4, leader.Now, 4, 4) with { Session = 2 });
        Assert.Equal("", leader.Change(ConfigurationStep.Promote(Four)));
    }

    [Fact]
    public void A_node_answers_in_the_session_it_was_asked_in_and_an_earlier_one_not_at_all()
    {
        TestVoter voter = Follower();
        voter.Receive(Beat(1) with { Session = 2 });
        Assert.Equal(2UL, Assert.Single(voter.Sent(RaftMessageKind.HeartbeatResponse)).Session);
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")) with { Session = 2 });
        voter.Sync();
        Assert.Equal(2UL, Assert.Single(voter.Sent(RaftMessageKind.AppendResponse)).Session);
        voter.Receive(Beat(1, match: 1) with { Session = 1 });
        voter.Receive(Append(1, 1, 1, 0, Entries(2, 1, "b")) with { Session = 1 });
        voter.Sync();
        Assert.Empty(voter.TakeSent());
        Assert.Equal(new LogIndex(1), voter.Status.LastIndex);
    }
}
