using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>How followers learn that an entry is committed when the leader may wait for a better moment to tell.</summary>
public class CommitNoticeTests
{
    private static readonly TimeSpan s_delay = TimeSpan.FromMilliseconds(3);

    [Fact]
    public void A_commit_is_not_told_before_its_time_and_then_to_everybody()
    {
        TestVoter leader = LeaderWithCommit();
        Assert.Empty(leader.Sent(RaftMessageKind.Heartbeat));
        Assert.Equal(leader.Now + s_delay, leader.Node.TickDue);

        leader.Pass(2);
        Assert.Empty(leader.Sent(RaftMessageKind.Heartbeat));
        leader.Pass(1);

        List<RaftMessage> beats = leader.Sent(RaftMessageKind.Heartbeat);
        Assert.Equal([Two, Three], beats.ConvertAll(beat => beat.To));
        Assert.All(beats, beat => Assert.Equal(new LogIndex(2), beat.Commit));
        Assert.Equal(MonotonicTime.DistantFuture, leader.Node.TickDue);
    }

    [Fact]
    public void An_entry_that_comes_first_brings_the_commit_along_and_nothing_more_is_sent()
    {
        TestVoter leader = LeaderWithCommit();
        leader.Propose("b");
        Assert.All(leader.Sent(RaftMessageKind.AppendRequest), append => Assert.Equal(new LogIndex(2), append.Commit));

        leader.Pass(3);
        Assert.Empty(leader.TakeSent());
        Assert.Equal(MonotonicTime.DistantFuture, leader.Node.TickDue);
    }

    [Fact]
    public void A_second_commit_does_not_put_the_notice_of_the_first_off()
    {
        TestVoter leader = LeaderWithCommit();
        MonotonicTime due = leader.Node.TickDue;
        leader.Propose("b");
        leader.Sync();
        leader.Pass(1);
        leader.Receive(Ack(2, 1, 3));
        Assert.Equal(new LogIndex(3), leader.Status.CommitIndex);
        Assert.Equal(due, leader.Node.TickDue);
        leader.TakeSent();

        leader.Pass(2);
        Assert.All(leader.Sent(RaftMessageKind.Heartbeat), beat => Assert.Equal(new LogIndex(3), beat.Commit));
    }

    [Fact]
    public void A_leader_that_ceases_to_lead_wants_no_tick()
    {
        TestVoter leader = LeaderWithCommit();
        leader.Abdicate();
        Assert.Equal(MonotonicTime.DistantFuture, leader.Node.TickDue);
    }

    /// <summary>Entry 2 has just been committed by 1 and 2.</summary>
    private static TestVoter LeaderWithCommit()
    {
        TestVoter leader = Leader(options => options with { CommitNoticeDelay = s_delay });
        leader.Receive(Ack(2, 1, 1));
        leader.Receive(Ack(3, 1, 1));
        leader.Pass(3);
        leader.Propose("a");
        leader.Sync();
        leader.TakeSent();
        leader.Receive(Ack(2, 1, 2));
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
        return leader;
    }
}
