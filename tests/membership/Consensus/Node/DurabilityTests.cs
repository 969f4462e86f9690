using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>S7: what is told as fact is on disk first.</summary>
public class DurabilityTests
{
    [Fact]
    public void An_acknowledgement_waits_for_the_write_that_covers_it()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        ulong first = voter.Tickets[^1];
        voter.Receive(Append(1, 1, 1, 0, Entries(2, 1, "b")));
        Assert.Empty(voter.TakeSent());

        voter.Persisted(first);
        Assert.Equal(new LogIndex(1), Assert.Single(voter.Sent(RaftMessageKind.AppendResponse)).Index);
        voter.Sync();
        Assert.Equal(new LogIndex(2), Assert.Single(voter.Sent(RaftMessageKind.AppendResponse)).Index);
    }

    [Fact]
    public void A_repeated_append_is_not_acknowledged_before_the_first_one_is_on_disk()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        int writes = voter.Tickets.Count;
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        Assert.Equal(writes, voter.Tickets.Count);
        Assert.Empty(voter.TakeSent());

        voter.Sync();
        Assert.Equal(2, voter.Sent(RaftMessageKind.AppendResponse).Count);
    }

    [Fact]
    public void A_late_report_about_a_replaced_entry_does_not_count_for_the_new_one()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "old")));
        ulong old = voter.Tickets[^1];
        voter.Receive(Append(2, 0, 0, 0, Entries(1, 2, "new")) with { From = Three });
        ulong term = voter.Tickets[^3];
        Assert.True(old < term);

        voter.Persisted(term);
        Assert.Empty(voter.TakeSent());
        voter.Receive(Beat(2) with { From = Three });
        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.HeartbeatResponse));
        Assert.Equal(new LogIndex(1), answer.Received);
        Assert.Equal(LogIndex.Zero, answer.Match);

        voter.Sync();
        RaftMessage ack = Assert.Single(voter.Sent(RaftMessageKind.AppendResponse));
        Assert.Equal(new Term(2), ack.Term);
        Assert.Equal(new LogIndex(1), ack.Index);
    }

    [Fact]
    public void Heartbeats_are_answered_while_the_log_is_being_written()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        voter.Receive(Beat(1, sentAt: 77));
        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.HeartbeatResponse));
        Assert.Equal(new MonotonicTime(77), answer.SentAt);
        Assert.Equal(new LogIndex(1), answer.Received);
        Assert.Equal(LogIndex.Zero, answer.Match);
    }

    [Fact]
    public void The_first_answer_in_a_term_waits_for_the_term_to_be_on_disk()
    {
        var voter = new TestVoter();
        voter.Receive(Beat(4));
        Assert.Empty(voter.TakeSent());
        voter.Sync();
        Assert.Equal(new Term(4), Assert.Single(voter.Sent(RaftMessageKind.HeartbeatResponse)).Term);
    }

    [Fact]
    public void What_was_held_back_in_an_earlier_term_is_never_sent()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        voter.Receive(Beat(2) with { From = Three });
        voter.Sync();
        Assert.Equal(RaftMessageKind.HeartbeatResponse, Assert.Single(voter.TakeSent()).Kind);
    }

    [Fact]
    public void A_leaders_own_copy_counts_once_it_is_on_disk()
    {
        // etcd #14370: a leader must not commit with a copy that it could still lose.
        TestVoter leader = Leader();
        Assert.True(leader.Propose("a"));
        leader.Receive(Ack(2, 1, 2));
        Assert.Equal(new LogIndex(1), leader.Status.CommitIndex);

        leader.Sync();
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
        Assert.Equal(2, leader.Committed.Count);
    }

    [Fact]
    public void A_majority_of_followers_commits_without_the_leaders_disk()
    {
        TestVoter leader = Leader();
        Assert.True(leader.Propose("a"));
        leader.Receive(Ack(2, 1, 2));
        leader.Receive(Ack(3, 1, 2));
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
    }

    [Fact]
    public void Entries_go_out_before_the_leaders_own_sync()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        leader.Propose("a");
        Assert.Contains(leader.Sent(RaftMessageKind.AppendRequest), m => m.To == Two && m.Entries.Count == 1);
    }

    [Fact]
    public void A_single_voter_commits_only_what_is_on_disk()
    {
        var voter = new TestVoter(o => o with { Voters = [One] }, voters: 1);
        voter.Pass(350);
        voter.Sync();
        Assert.True(voter.Status.BarrierCommitted);

        voter.Propose("a");
        Assert.Equal(new LogIndex(1), voter.Status.CommitIndex);
        voter.Sync();
        Assert.Equal(new LogIndex(2), voter.Status.CommitIndex);
    }

    [Fact]
    public void A_report_about_a_write_nobody_asked_for_is_a_broken_invariant()
    {
        var voter = new TestVoter();
        Assert.Throws<InvalidOperationException>(() => voter.Persisted(1));
    }

    [Fact]
    public void An_early_acknowledging_mutant_tells_before_the_disk_has_it()
    {
        var voter = new TestVoter(o => o with { Mutations = RaftMutations.AcknowledgeBeforePersisted });
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        Assert.Single(voter.Sent(RaftMessageKind.AppendResponse));
    }
}
