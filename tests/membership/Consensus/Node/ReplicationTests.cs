using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

public class ReplicationTests
{
    [Fact]
    public void An_entry_of_an_earlier_term_is_committed_only_with_one_of_the_current_term()
    {
        // Raft figure 8: counting copies of an old entry is not enough.
        TestVoter voter = Follower("old");
        voter.BecomeCandidate();
        voter.Receive(RaftMessage.VoteResponse(Three, One, voter.Status.Term, true));
        voter.Receive(Ack(2, voter.Status.Term.Value, 1));
        voter.Receive(Ack(3, voter.Status.Term.Value, 1));
        Assert.Equal(LogIndex.Zero, voter.Status.CommitIndex);
        Assert.False(voter.Status.BarrierCommitted);

        voter.Receive(Ack(2, voter.Status.Term.Value, 2));
        voter.Sync();
        Assert.Equal(new LogIndex(2), voter.Status.CommitIndex);
        Assert.True(voter.Status.BarrierCommitted);
        Assert.Equal([EntryKind.Command, EntryKind.Barrier], voter.Committed.ConvertAll(e => e.Kind));
    }

    [Fact]
    public void A_follower_commits_no_further_than_it_knows_to_equal_the_leaders_log()
    {
        TestVoter voter = Follower("a", "b", "c");
        voter.Receive(Append(2, 1, 1, 9) with { From = Three });
        Assert.Equal(new LogIndex(1), voter.Status.CommitIndex);
    }

    [Fact]
    public void A_commit_index_that_overtook_its_entries_counts_when_they_arrive()
    {
        TestVoter voter = Follower();
        voter.Receive(Beat(1, commit: 2));
        Assert.Empty(voter.Committed);
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a", "b", "c")));
        Assert.Equal(2, voter.Committed.Count);
    }

    [Fact]
    public void A_commit_index_of_an_earlier_leader_does_not_outlive_its_term()
    {
        TestVoter voter = Follower();
        voter.Receive(Beat(1, commit: 5));
        voter.Receive(Append(2, 0, 0, 0, Entries(1, 2, "x", "y")) with { From = Three });
        Assert.Empty(voter.Committed);
    }

    [Fact]
    public void Committed_entries_are_told_again_after_a_restart_and_each_once()
    {
        TestVoter voter = Follower("a", "b");
        voter.Receive(Beat(1, commit: 2, match: 2));
        Assert.Equal(2, voter.Committed.Count);

        TestVoter restarted = voter.Restart();
        Assert.Equal(LogIndex.Zero, restarted.Status.CommitIndex);
        Assert.Equal(new LogIndex(2), restarted.Status.LastIndex);
        restarted.Receive(Beat(1, commit: 2));
        Assert.Empty(restarted.Committed);

        // What it acknowledged before it restarted, the leader tells it.
        restarted.Receive(Beat(1, commit: 2, match: 2));
        restarted.Receive(Beat(1, commit: 2, match: 2));
        Assert.Equal([1UL, 2UL], restarted.Committed.ConvertAll(e => e.Index.Value));
        Assert.Equal(new LogIndex(2), restarted.Sent(RaftMessageKind.HeartbeatResponse)[^1].Match);
    }

    [Fact]
    public void A_follower_that_holds_another_entry_says_where_the_logs_may_agree()
    {
        TestVoter voter = Follower("a", "b", "c");
        voter.Receive(Append(2, 3, 1, 0, Entries(4, 2, "d", "e")) with { From = Three });
        voter.Sync();
        voter.TakeSent();

        // Terms here: 1 1 1 2 2. A leader of term 4 whose entry 9 is of term 1 can agree with the first three at most.
        voter.Receive(Append(4, 9, 1, 0));
        voter.Sync();
        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.AppendResponse));
        Assert.True(answer.Rejected);
        Assert.Equal(new LogIndex(9), answer.Index);
        Assert.Equal(new LogIndex(3), answer.HintIndex);
        Assert.Equal(new Term(1), answer.HintTerm);
    }

    [Fact]
    public void A_leader_skips_to_the_hint_in_one_step()
    {
        TestVoter leader = Follower("a", "b", "c");
        leader.BecomeCandidate();
        leader.Receive(RaftMessage.VoteResponse(Three, One, leader.Status.Term, true));
        leader.TakeSent();
        leader.Receive(RaftMessage.AppendRejection(Two, One, leader.Status.Term, new LogIndex(3), new LogIndex(1), new Term(1)));
        RaftMessage request = Assert.Single(leader.Sent(RaftMessageKind.AppendRequest));
        Assert.Equal(new LogIndex(1), request.Index);
        Assert.Equal(3, request.Entries.Count);
    }

    [Fact]
    public void Entries_that_differ_are_replaced_and_equal_ones_are_left_alone()
    {
        TestVoter voter = Follower("a", "b", "c");
        voter.Receive(Append(2, 0, 0, 0, [.. Entries(1, 1, "a"), .. Entries(2, 2, "B")]) with { From = Three });
        Assert.Equal(new LogIndex(2), voter.Status.LastIndex);
        voter.Sync();
        Assert.Equal(new LogIndex(2), voter.Sent(RaftMessageKind.AppendResponse)[^1].Index);

        // A late message of the same leader that ends earlier removes nothing.
        voter.Receive(Append(2, 0, 0, 0, Entries(1, 1, "a")) with { From = Three });
        Assert.Equal(new LogIndex(2), voter.Status.LastIndex);
    }

    [Fact]
    public void No_more_messages_are_on_the_way_than_allowed()
    {
        TestVoter leader = Leader(o => o with { MaxInflightAppends = 3 });
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        for (int i = 0; i < 10; i++)
        {
            leader.Propose("x");
        }

        List<RaftMessage> sent = leader.Sent(RaftMessageKind.AppendRequest).FindAll(m => m.To == Two);
        Assert.Equal(3, sent.Count);

        // An answer makes room, and what has piled up goes out in one message.
        leader.Receive(Ack(2, 1, 2));
        Assert.Equal(7, Assert.Single(leader.Sent(RaftMessageKind.AppendRequest).FindAll(m => m.To == Two)).Entries.Count);
    }

    [Fact]
    public void No_more_bytes_are_on_the_way_than_allowed()
    {
        // An entry of 76 bytes weighs 100.
        TestVoter leader = Leader(o => o with { MaxInflightBytes = 250, MaxBytesPerAppend = 200 });
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        for (int i = 0; i < 10; i++)
        {
            leader.Propose(new string('x', 76));
        }

        List<RaftMessage> sent = leader.Sent(RaftMessageKind.AppendRequest).FindAll(m => m.To == Two);
        Assert.Equal(3, sent.Sum(m => m.Entries.Count));

        leader.Receive(Ack(2, 1, 4));
        Assert.Equal([2, 1], leader.Sent(RaftMessageKind.AppendRequest).FindAll(m => m.To == Two).ConvertAll(m => m.Entries.Count));
    }

    [Fact]
    public void Proposals_are_refused_while_too_many_bytes_are_uncommitted()
    {
        TestVoter leader = Leader(o => o with { MaxUncommittedBytes = 10 });
        Assert.True(leader.Propose("a proposal larger than the limit is taken alone"));
        Assert.False(leader.Propose("b"));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));

        Assert.True(leader.Propose("12345"));
        Assert.True(leader.Propose("67890"));
        Assert.False(leader.Propose("!"));
        Assert.True(leader.Propose(""));
    }

    [Fact]
    public void A_new_leader_counts_what_its_predecessors_left_uncommitted()
    {
        TestVoter voter = Follower("0123456789");
        TestVoter restarted = voter.Restart();
        restarted.BecomeCandidate();
        restarted.Receive(RaftMessage.VoteResponse(Two, One, restarted.Status.Term, true));
        restarted.Sync();
        restarted.Receive(Ack(2, restarted.Status.Term.Value, 2));
        Assert.True(restarted.Propose(""));
        Assert.Equal(new LogIndex(2), restarted.Status.CommitIndex);
    }

    [Fact]
    public void Followers_do_not_wait_for_the_next_heartbeat_to_learn_of_a_commit()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.Propose("a");
        leader.Sync();
        leader.TakeSent();
        leader.Receive(Ack(2, 1, 2));
        Assert.Contains(leader.Sent(RaftMessageKind.Heartbeat), h => h.To == Two && h.Commit == new LogIndex(2));
    }

    [Fact]
    public void A_lost_append_is_sent_again_and_one_that_waits_for_a_slow_disk_is_not()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.Propose("a");
        leader.TakeSent();
        leader.Pass(100);
        leader.Receive(leader.Echo(2, leader.Now, received: 2, match: 1));
        Assert.Empty(leader.Sent(RaftMessageKind.AppendRequest));

        // The follower restarts and holds only what it had on disk.
        leader.Pass(100);
        leader.Receive(leader.Echo(2, leader.Now, received: 1, match: 1));
        RaftMessage again = Assert.Single(leader.Sent(RaftMessageKind.AppendRequest));
        Assert.Equal(new LogIndex(1), again.Index);
    }

    [Fact]
    public void A_heartbeat_answer_makes_up_for_a_lost_acknowledgement()
    {
        TestVoter leader = Leader();
        leader.Propose("a");
        leader.Sync();
        leader.Receive(leader.Echo(3, leader.Now, received: 2, match: 2));
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
    }

    [Fact]
    public void Two_leaders_in_one_term_are_a_broken_invariant()
    {
        TestVoter voter = Follower("a");
        Assert.Throws<InvalidOperationException>(() => voter.Receive(Beat(1) with { From = Three }));
        TestVoter leader = Leader();
        Assert.Throws<InvalidOperationException>(() => leader.Receive(Beat(1)));
    }

    [Fact]
    public void Removing_a_committed_entry_is_a_broken_invariant()
    {
        TestVoter voter = Follower("a");
        voter.Receive(Beat(1, commit: 1, match: 1));
        Assert.Throws<InvalidOperationException>(
            () => voter.Receive(Append(2, 0, 0, 0, Entries(1, 2, "b")) with { From = Three }));
    }

    [Fact]
    public void Proposals_are_written_and_sent_together_by_one_flush()
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, 1));
        leader.TakeSent();
        int writes = leader.Tickets.Count;
        for (int i = 0; i < 5; i++)
        {
            Assert.True(leader.Node.TryPropose(new byte[] { 1 }, leader.Now, out _));
        }

        Assert.True(leader.Node.Effects.IsEmpty);
        leader.Flush();
        Assert.Equal(writes + 1, leader.Tickets.Count);
        Assert.Equal(5, Assert.Single(leader.Sent(RaftMessageKind.AppendRequest)).Entries.Count);
    }

    [Fact]
    public void Proposals_that_were_not_flushed_are_in_the_log_when_leadership_is_lost()
    {
        TestVoter leader = Leader();
        Assert.True(leader.Node.TryPropose(new byte[] { 1 }, leader.Now, out LogIndex index));
        leader.Skip(1_000);
        leader.Receive(Append(5, 1, 1, 0, Entries(2, 5, "other")));
        leader.Sync();
        Assert.Equal(new LogIndex(2), index);
        Assert.Equal(index, leader.Status.LastIndex);
        Assert.Equal(index, leader.Sent(RaftMessageKind.AppendResponse)[^1].Index);
    }

    [Fact]
    public void A_voter_that_starts_from_a_snapshot_hands_it_out_and_goes_on_behind_it()
    {
        var meta = new SnapshotMeta(new LogIndex(10), new Term(2), new ClusterConfiguration([One, Two, Three]), 1, 0);
        var snapshot = new Snapshot(meta, new byte[] { 7 });
        var options = new RaftOptions { Self = One, Voters = [One, Two, Three], Seed = 1 };
        var state = new HardState(new Term(2), NodeId.None);
        var now = new MonotonicTime(0);

        var bare = new RaftNode(options, new RecoveredLog(state, snapshot, []), now);
        Assert.Same(snapshot, bare.Effects.Restored);
        Assert.Equal(new LogIndex(10), bare.Status.CommitIndex);
        Assert.Equal(new LogIndex(10), bare.Status.LastIndex);

        // The leader may ask about what was dropped: it is told how far the logs surely agree.
        var kept = new RaftNode(options, new RecoveredLog(state, snapshot, Entries(8, 2, "h", "i", "j", "k")), now);
        kept.Effects.Clear();
        kept.Receive(Append(2, 3, 1, 0, Entries(4, 1, "d")), now);
        Assert.Equal(new LogIndex(10), Assert.Single(kept.Effects.Messages).Index);
        kept.Receive(Append(2, 11, 2, 12, Entries(12, 2, "l")), now);
        Assert.Equal([11UL, 12UL], kept.Effects.Committed.ConvertAll(entry => entry.Index.Value));
    }
}
