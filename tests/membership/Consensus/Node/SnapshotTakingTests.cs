using Cluster.Consensus.Tests.Support;

namespace Cluster.Consensus.Tests.Node;

public class SnapshotTakingTests
{
    [Fact]
    public void The_log_refers_to_a_snapshot_only_once_it_is_saved()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        Assert.True(voter.Compact(3, "abc"));
        Assert.Empty(voter.SnapshotWrites);

        voter.SaveOldest();
        Assert.Equal(new LogIndex(3), Assert.Single(voter.SnapshotWrites).Snapshot!.Index);
    }

    [Fact]
    public void Entries_are_dropped_only_once_the_reference_is_on_disk()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        voter.Compact(3, "abc");
        voter.SaveOldest();
        Assert.Equal(new LogIndex(1), voter.Status.FirstIndex);

        voter.Sync();
        Assert.Equal(new LogIndex(4), voter.Status.FirstIndex);
        Assert.Equal(new LogIndex(3), voter.Status.LastIndex);
    }

    [Fact]
    public void What_comes_after_the_snapshot_stays()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        voter.Compact(2, "ab");
        voter.SaveOldest();
        voter.Sync();

        Assert.Equal(new LogIndex(3), voter.Status.FirstIndex);
        Assert.Equal(new LogIndex(3), voter.Status.LastIndex);
    }

    [Fact]
    public void Some_entries_before_the_snapshot_stay_for_slow_followers()
    {
        TestVoter voter = WithEntries(o => o with { TrailingEntries = 2, MaxTrailingBytes = 1000 }, "a", "b", "c", "d");
        voter.Compact(4, "abcd");
        voter.SaveOldest();
        voter.Sync();

        Assert.Equal(new LogIndex(3), voter.Status.FirstIndex);
    }

    [Fact]
    public void What_stays_is_limited_in_bytes()
    {
        TestVoter voter = WithEntries(o => o with { TrailingEntries = 100, MaxTrailingBytes = 30 }, "a", "b", "c", "d");
        voter.Compact(4, "abcd");
        voter.SaveOldest();
        voter.Sync();

        // An entry counts as its payload and 24 bytes.
        Assert.Equal(new LogIndex(4), voter.Status.FirstIndex);
    }

    [Fact]
    public void While_one_is_being_saved_no_other_is_taken()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        Assert.True(voter.Compact(2, "ab"));
        Assert.False(voter.Compact(3, "abc"));
        voter.SaveOldest();

        Assert.True(voter.Compact(3, "abc"));
    }

    [Fact]
    public void One_that_is_not_newer_is_not_taken()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        voter.Compact(2, "ab");
        voter.SaveOldest();

        Assert.False(voter.Compact(2, "ab"));
        Assert.False(voter.Compact(1, "a"));
    }

    [Fact]
    public void One_that_could_not_be_saved_is_given_up_and_another_may_be_taken()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        voter.Compact(2, "ab");
        voter.FailToSaveOldest();
        voter.Sync();

        Assert.Empty(voter.SnapshotWrites);
        Assert.Equal(new LogIndex(1), voter.Status.FirstIndex);
        Assert.True(voter.Compact(2, "ab"));
    }

    [Fact]
    public void A_report_about_a_snapshot_nobody_asked_for_is_ignored()
    {
        TestVoter voter = WithEntries("a");
        voter.Node.SnapshotSaved(TestVoter.SnapshotOf(1, 1, "x").Meta, voter.Now);

        Assert.Empty(voter.Node.Effects.Writes);
    }

    [Fact]
    public void A_state_of_what_is_not_committed_is_refused()
    {
        TestVoter voter = TestVoter.Follower("a", "b");

        Assert.Throws<InvalidOperationException>(() => voter.Compact(1, "a"));
    }

    [Fact]
    public void A_state_that_is_too_large_is_refused_with_the_way_out()
    {
        TestVoter voter = WithEntries(o => o with { MaxSnapshotBytes = 3 }, "abcd");

        ArgumentException e = Assert.Throws<ArgumentException>(() => voter.Compact(1, "abcd"));
        Assert.Contains("raise MaxSnapshotBytes on all nodes", e.Message);
    }

    [Fact]
    public void A_snapshot_holds_the_configuration_that_was_in_force_at_its_last_entry()
    {
        var joint = new ClusterConfiguration([new NodeId(1), new NodeId(2), new NodeId(4)], [new NodeId(1), new NodeId(2), new NodeId(3)]);
        TestVoter voter = WithEntries("a", "b");
        voter.Receive(TestVoter.Append(
            1, 2, 1, 3, new LogEntry(new LogIndex(3), new Term(1), EntryKind.Configuration, ConfigurationCodec.Encode(joint))));
        voter.Sync();
        Assert.True(voter.Compact(2, "ab"));
        Assert.False(voter.Saves[0].Meta.Configuration.IsJoint);
        voter.SaveOldest();
        Assert.True(voter.Compact(3, "ab"));
        Assert.Equal(joint, voter.Saves[0].Meta.Configuration);
        voter.SaveOldest();
        voter.Sync();

        Assert.Equal(joint, voter.Restart().Node.Configuration);
    }

    [Fact]
    public void A_process_starts_from_its_snapshot_and_goes_on_after_it()
    {
        TestVoter voter = WithEntries("a", "b", "c");
        voter.Compact(2, "ab");
        voter.SaveOldest();
        voter.Sync();
        TestVoter again = voter.Restart();
        again.Receive(TestVoter.Append(1, 3, 1, 4, TestVoter.Entries(4, 1, "d")));

        Assert.Equal(new LogIndex(2), Assert.Single(again.Restored).Meta.Index);
        Assert.Equal([3UL, 4UL], again.Committed.Select(e => e.Index.Value));
    }

    /// <summary>
    /// etcd #13766: there the index up to which entries were applied reached the disk apart from the state they made, and entries
    /// were applied twice after a crash. Here a state and its index are one snapshot: whatever a crash leaves, state and
    /// entries follow on each other.
    /// </summary>
    [Fact]
    public void State_and_applied_index_are_one_whatever_a_crash_leaves_of_the_writes()
    {
        for (int writes = 0; writes <= 3; writes++)
        {
            TestVoter voter = WithEntries("a", "b", "c");
            voter.Compact(2, "ab");
            voter.SaveOldest();
            voter.Receive(TestVoter.Append(1, 3, 1, 4, TestVoter.Entries(4, 1, "d")));
            voter.Compact(4, "abcd");
            voter.SaveOldest();
            voter.SyncSilently(writes);
            TestVoter again = voter.Restart();
            again.Receive(TestVoter.Beat(1, commit: 4, match: again.Status.LastIndex.Value));

            string state = again.Restored.Count == 0 ? "" : System.Text.Encoding.UTF8.GetString(again.Restored[^1].State.Span);
            foreach (LogEntry entry in again.Committed)
            {
                state += System.Text.Encoding.UTF8.GetString(entry.Payload.Span);
            }

            Assert.Equal("abcd"[..(int)again.Status.LastIndex.Value], state);
        }
    }

    /// <summary>
    /// etcd #22442: entries that had been truncated came back at a restart because the entry that overwrote them lay at or before
    /// the snapshot. Here a truncation is a write of its own, before the snapshot's.
    /// </summary>
    [Fact]
    public void Entries_truncated_before_the_snapshot_do_not_come_back()
    {
        TestVoter voter = TestVoter.Follower("a", "b", "old", "old", "old");
        voter.Receive(TestVoter.Append(2, 2, 1, 4, TestVoter.Entries(3, 2, "c", "d")));
        voter.Compact(4, "abcd");
        voter.SaveOldest();
        voter.Sync();
        TestVoter again = voter.Restart();

        Assert.Equal(new LogIndex(4), again.Status.LastIndex);
        Assert.DoesNotContain(again.OnDisk.Entries, e => e.Term == new Term(1) && e.Index > new LogIndex(2));
    }

    private static TestVoter WithEntries(params string[] entries) =>
        WithEntries(o => o with { TrailingEntries = 0, MaxTrailingBytes = 0 }, entries);

    // Follows 2 in term 1, and everything is committed.
    private static TestVoter WithEntries(Func<RaftOptions, RaftOptions> change, params string[] entries)
    {
        var voter = new TestVoter(change, new MemoryDisk());
        voter.Receive(TestVoter.Append(1, 0, 0, (ulong)entries.Length, TestVoter.Entries(1, 1, entries)));
        voter.Sync();
        return voter;
    }
}
