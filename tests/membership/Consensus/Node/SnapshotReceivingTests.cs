namespace Cluster.Consensus.Tests.Node;

public class SnapshotReceivingTests
{
    private static readonly Snapshot s_snapshot = TestVoter.SnapshotOf(10, 2, "0123456789");

    [Fact]
    public void The_state_replaces_the_log_only_when_everything_is_on_disk()
    {
        TestVoter voter = TestVoter.Follower("a", "b");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        Assert.Single(voter.Saves);
        voter.SaveOldest();
        Assert.Empty(voter.Restored);
        Assert.DoesNotContain(voter.TakeSent(), m => m.Granted);

        voter.Sync();
        Assert.Equal(s_snapshot.Meta, Assert.Single(voter.Restored).Meta);
        Assert.Equal(new LogIndex(10), Assert.Single(voter.Sent(RaftMessageKind.SnapshotResponse), m => m.Granted).Index);
        Assert.Equal(new LogIndex(10), voter.Status.CommitIndex);
    }

    [Fact]
    public void Entries_that_follow_on_a_snapshot_are_handed_out_after_it()
    {
        TestVoter voter = TestVoter.Follower("a", "b");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.SaveOldest();
        voter.Receive(TestVoter.Append(2, 10, 2, 11, TestVoter.Entries(11, 2, "after")));
        Assert.Empty(voter.Committed);

        voter.Sync();
        Assert.Single(voter.Restored);
        Assert.Equal(new LogIndex(11), Assert.Single(voter.Committed).Index);
    }

    [Fact]
    public void An_offer_is_answered_with_what_is_here()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 0, offer: 1));
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 4, offer: 1));
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 0, offer: 2));
        voter.Sync();

        Assert.Equal([(1UL, 0L), (1UL, 4L), (2UL, 4L)], voter.Sent(RaftMessageKind.SnapshotResponse).Select(m => (m.Context, m.Offset)));
    }

    [Fact]
    public void A_snapshot_whose_last_entry_is_in_the_log_keeps_the_log_and_commits_it()
    {
        TestVoter voter = TestVoter.Follower("a", "b", "c");
        voter.Receive(TestVoter.Chunk(TestVoter.SnapshotOf(2, 1, "ab"), term: 1, offset: 0, length: 0));

        Assert.Empty(voter.Saves);
        Assert.Equal(new LogIndex(3), voter.Status.LastIndex);
        Assert.Equal([1UL, 2UL], voter.Committed.Select(e => e.Index.Value));
        Assert.Equal(new LogIndex(2), Assert.Single(voter.Sent(RaftMessageKind.SnapshotResponse), m => m.Granted).Index);
    }

    [Fact]
    public void Entries_that_arrive_meanwhile_make_a_saved_snapshot_an_ordinary_one()
    {
        TestVoter voter = TestVoter.Follower("a");
        Snapshot snapshot = TestVoter.SnapshotOf(2, 1, "ab");
        voter.Receive(TestVoter.Chunk(snapshot, term: 1));
        voter.Receive(TestVoter.Append(1, 1, 1, 0, TestVoter.Entries(2, 1, "b", "c")));
        voter.SaveOldest();
        voter.Sync();

        Assert.False(Assert.Single(voter.SnapshotWrites).ReplacesLog);
        Assert.Empty(voter.Restored);
        Assert.Equal(new LogIndex(3), voter.Status.LastIndex);
        Assert.Equal([1UL, 2UL], voter.Committed.Select(e => e.Index.Value));
    }

    [Fact]
    public void A_log_that_differs_is_replaced_as_a_whole_even_where_it_is_longer()
    {
        TestVoter voter = TestVoter.Follower("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.SaveOldest();
        voter.Sync();

        Assert.True(Assert.Single(voter.SnapshotWrites).ReplacesLog);
        Assert.Equal(new LogIndex(10), voter.Status.LastIndex);
        Assert.Empty(voter.Restart().OnDisk.Entries);
    }

    /// <summary>
    /// etcd #22442, the other way round: after an install the stale tail behind the snapshot must be gone from the disk too, or the node
    /// counts as more up to date than it is and refuses or gives votes wrongly.
    /// </summary>
    [Fact]
    public void After_an_install_and_a_restart_the_node_votes_by_the_snapshot()
    {
        TestVoter voter = TestVoter.Follower("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.SaveOldest();
        voter.Sync();
        TestVoter again = voter.Restart();
        again.Skip(250);
        again.Receive(RaftMessage.VoteRequest(TestVoter.Three, TestVoter.One, new Term(3), new LogIndex(10), new Term(2)));
        again.Sync();

        Assert.True(Assert.Single(again.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    /// <summary>
    /// etcd #10219: killed between the write of the hard state, which named a commit index from the snapshot, and the snapshot, a node
    /// did not start again. Here the hard state names no index, and the reference follows on a saved file: whatever the crash
    /// leaves is a log that opens.
    /// </summary>
    [Fact]
    public void A_crash_between_the_term_and_the_snapshot_leaves_a_log_that_opens()
    {
        for (int writes = 0; writes <= 2; writes++)
        {
            TestVoter voter = TestVoter.Follower("a", "b");
            voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
            voter.SaveOldest();
            voter.SyncSilently(writes);
            TestVoter again = voter.Restart();

            bool isInstalled = writes == 2;
            Assert.Equal(new LogIndex(isInstalled ? 10UL : 2UL), again.Status.LastIndex);
            Assert.Equal(new LogIndex(isInstalled ? 10UL : 0UL), again.Status.CommitIndex);
            Assert.Equal(new Term(writes == 0 ? 1UL : 2UL), again.Status.Term);
        }
    }

    [Fact]
    public void A_damaged_chunk_is_dropped_and_told()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 5) with { Checksum = 1 });
        voter.Sync();

        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.SnapshotResponse));
        Assert.True(answer.Rejected);
        Assert.Equal(0, answer.Offset);
    }

    [Fact]
    public void A_whole_that_is_not_the_announced_one_is_thrown_away()
    {
        TestVoter voter = TestVoter.Follower("a");
        Snapshot wrong = s_snapshot with { Meta = s_snapshot.Meta with { Checksum = 7 } };
        voter.Receive(TestVoter.Chunk(wrong, term: 2));
        voter.Sync();

        Assert.Empty(voter.Saves);
        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.SnapshotResponse));
        Assert.True(answer.Rejected);
        Assert.Equal(0, answer.Offset);
    }

    [Fact]
    public void A_late_chunk_of_an_older_snapshot_does_not_throw_away_the_newer_one()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 5));
        voter.Receive(TestVoter.Chunk(TestVoter.SnapshotOf(9, 2, "012345678"), term: 2, offset: 0, length: 5));
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 5));

        Assert.Equal(s_snapshot.Meta, Assert.Single(voter.Saves).Meta);
    }

    [Fact]
    public void A_new_leader_may_have_an_older_snapshot_to_give()
    {
        TestVoter voter = TestVoter.Follower("a");
        Snapshot older = TestVoter.SnapshotOf(9, 2, "012345678");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 5));
        voter.Receive(TestVoter.Chunk(older, term: 3));

        Assert.Equal(older.Meta, Assert.Single(voter.Saves).Meta);
    }

    [Fact]
    public void What_has_arrived_is_kept_when_the_next_leader_offers_the_same_snapshot()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 5));
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 3, offset: 0, length: 0));
        voter.Sync();

        Assert.Equal(5, voter.Sent(RaftMessageKind.SnapshotResponse)[^1].Offset);
    }

    [Fact]
    public void A_failed_save_is_tried_again_when_the_leader_asks()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.FailToSaveOldest();
        Assert.Empty(voter.Saves);
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2, offset: 0, length: 0));

        Assert.Single(voter.Saves);
    }

    [Fact]
    public void A_failed_save_makes_way_for_a_newer_snapshot()
    {
        TestVoter voter = TestVoter.Follower("a");
        Snapshot newer = TestVoter.SnapshotOf(20, 2, "newer");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.Receive(TestVoter.Chunk(newer, term: 2));
        Assert.Single(voter.Saves);
        voter.FailToSaveOldest();

        Assert.Equal(newer.Meta, Assert.Single(voter.Saves).Meta);
    }

    [Fact]
    public void Chunks_of_an_old_term_are_refused_with_the_new_one()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Beat(5));
        voter.Sync();
        voter.TakeSent();
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));

        RaftMessage answer = Assert.Single(voter.Sent(RaftMessageKind.SnapshotResponse));
        Assert.Equal(new Term(5), answer.Term);
        Assert.Empty(voter.Saves);
    }

    [Fact]
    public void Malformed_chunks_are_dropped()
    {
        TestVoter voter = TestVoter.Follower("a");
        RaftMessage chunk = TestVoter.Chunk(s_snapshot, term: 2);
        SnapshotMeta meta = s_snapshot.Meta;
        voter.Receive(chunk with { Snapshot = null });
        voter.Receive(chunk with { Snapshot = meta with { Index = LogIndex.Zero } });
        voter.Receive(chunk with { Snapshot = meta with { Index = new LogIndex(ulong.MaxValue) } });
        voter.Receive(chunk with { Snapshot = meta with { Term = new Term(3) } });
        voter.Receive(chunk with { Snapshot = meta with { Bytes = -1 } });
        voter.Receive(chunk with { Snapshot = meta with { Bytes = 1L << 40 } });
        voter.Sync();

        Assert.Empty(voter.TakeSent());
        Assert.Equal(new Term(1), voter.Status.Term);
    }

    [Fact]
    public void Appends_from_before_the_snapshot_are_answered_with_the_commit_index()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(TestVoter.Chunk(s_snapshot, term: 2));
        voter.SaveOldest();
        voter.Sync();
        voter.TakeSent();
        voter.Receive(TestVoter.Append(2, 5, 1, 10, TestVoter.Entries(6, 2, "x")));

        Assert.Equal(new LogIndex(10), Assert.Single(voter.Sent(RaftMessageKind.AppendResponse)).Index);
    }
}
