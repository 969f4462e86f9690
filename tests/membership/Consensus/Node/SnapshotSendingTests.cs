namespace Cluster.Consensus.Tests.Node;

public class SnapshotSendingTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact]
    public void A_follower_that_needs_dropped_entries_is_offered_the_snapshot()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        RaftMessage offer = Refuse(leader);

        Assert.Equal(new LogIndex(2), offer.Snapshot!.Index);
        Assert.True(offer.Data.IsEmpty);
    }

    [Fact]
    public void While_a_snapshot_is_on_its_way_no_entries_are_sent_there()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        Refuse(leader);
        leader.Propose("x");

        Assert.DoesNotContain(leader.Sent(RaftMessageKind.AppendRequest), m => m.To == TestVoter.Three);
    }

    [Fact]
    public void After_the_installation_entries_follow()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        leader.Propose("x");
        Refuse(leader);
        leader.Receive(RaftMessage.SnapshotInstalled(TestVoter.Three, TestVoter.One, leader.Status.Term, new LogIndex(2)));

        RaftMessage append = Assert.Single(leader.Sent(RaftMessageKind.AppendRequest), m => m.To == TestVoter.Three);
        Assert.Equal(new LogIndex(2), append.Index);
    }

    [Fact]
    public void A_heartbeats_answer_makes_up_for_a_lost_report_of_the_installation()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        leader.Propose("x");
        Refuse(leader);
        leader.Receive(leader.Echo(3, leader.Now, received: 2, match: 2));

        Assert.Contains(leader.Sent(RaftMessageKind.AppendRequest), m => m.To == TestVoter.Three && m.Index == new LogIndex(2));
    }

    [Fact]
    public void Late_answers_to_former_offers_count_for_nothing()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        RaftMessage offer = Refuse(leader);
        leader.Receive(Answer(leader, offer.Context - 1, received: 3));

        Assert.Empty(leader.Sent(RaftMessageKind.SnapshotChunk));
        leader.Receive(Answer(leader, offer.Context, received: 1));
        Assert.Equal(1, Assert.Single(leader.Sent(RaftMessageKind.SnapshotChunk)).Offset);
    }

    [Fact]
    public void A_report_of_more_than_is_committed_is_ignored()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        leader.Propose("x");
        Refuse(leader);
        leader.Receive(RaftMessage.SnapshotInstalled(TestVoter.Three, TestVoter.One, leader.Status.Term, new LogIndex(3)));

        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
    }

    [Fact]
    public void A_hundred_megabytes_delay_neither_heartbeats_nor_appends_to_others()
    {
        TestVoter leader = LeaderWithSnapshot(new string('x', 100 * Megabyte));
        RaftMessage offer = Refuse(leader);
        leader.Receive(Answer(leader, offer.Context, received: 0));
        long received = 0;
        long mostPerMs = 0;
        int ms = 0;
        for (; received < 100 * Megabyte; ms++)
        {
            Assert.True(ms < 5_000, $"only {received} bytes after 5 s");
            leader.Pass(1);
            leader.Propose("x");
            List<RaftMessage> sent = leader.TakeSent();
            Assert.Contains(sent, m => m.Kind == RaftMessageKind.AppendRequest && m.To == TestVoter.Two);
            long bytes = sent.Sum(m => (long)m.Data.Length);
            mostPerMs = Math.Max(mostPerMs, bytes);
            received += bytes;
            foreach (RaftMessage beat in sent.Where(m => m.Kind == RaftMessageKind.Heartbeat))
            {
                leader.Receive(leader.Echo(beat.To.Value, beat.SentAt));
            }

            foreach (RaftMessage append in sent.Where(m => m.Kind == RaftMessageKind.AppendRequest))
            {
                leader.Receive(TestVoter.Ack(2, leader.Status.Term.Value, append.Index.Value + (ulong)append.Entries.Count));
            }

            leader.Receive(Answer(leader, offer.Context, received));
            leader.Sync();
        }

        // 32 MB a second by default, never more than a window at once.
        Assert.InRange(ms, 2_900, 3_400);
        Assert.True(mostPerMs <= leader.Options.MaxInflightSnapshotBytes + leader.Options.SnapshotChunkBytes);
    }

    [Fact]
    public void A_transfer_under_way_is_finished_while_the_log_follows_on_it()
    {
        TestVoter leader = LeaderWithSnapshot("abc", trailingBytes: 1000);
        RaftMessage offer = Refuse(leader);
        Commit(leader, "d");
        Assert.True(leader.Compact(3, "abcd"));
        leader.SaveOldest();
        leader.Sync();
        leader.Receive(Answer(leader, offer.Context, received: 0));

        Assert.Equal(new LogIndex(2), leader.Sent(RaftMessageKind.SnapshotChunk)[^1].Snapshot!.Index);
    }

    [Fact]
    public void A_transfer_after_which_entries_would_lack_is_abandoned_for_the_newer_snapshot()
    {
        TestVoter leader = LeaderWithSnapshot("abc");
        RaftMessage offer = Refuse(leader);
        Commit(leader, "d");
        Assert.True(leader.Compact(3, "abcd"));
        leader.SaveOldest();
        leader.Sync();
        leader.Receive(Answer(leader, offer.Context, received: 0));

        RaftMessage next = leader.Sent(RaftMessageKind.SnapshotChunk)[^1];
        Assert.Equal(new LogIndex(3), next.Snapshot!.Index);
        Assert.True(next.Data.IsEmpty);
    }

    [Fact]
    public void A_dead_follower_holds_nothing_back_and_is_offered_ever_more_rarely()
    {
        TestVoter leader = LeaderWithSnapshot("abc", trailingBytes: 1000);
        Refuse(leader);
        int offers = 0;
        for (int ms = 0; ms < 60_000; ms++)
        {
            leader.Pass(1);
            List<RaftMessage> sent = leader.TakeSent();
            foreach (RaftMessage beat in sent.Where(m => m.Kind == RaftMessageKind.Heartbeat && m.To == TestVoter.Two))
            {
                leader.Receive(leader.Echo(2, beat.SentAt));
            }

            offers += sent.Count(m => m.Kind == RaftMessageKind.SnapshotChunk);
        }

        // One every 2.8 s in the end.
        Assert.InRange(offers, 20, 26);
        Commit(leader, "d");
        Assert.True(leader.Compact(3, "abcd"));
        leader.SaveOldest();
        leader.Sync();
        Assert.Equal(new LogIndex(4), leader.Status.FirstIndex);
    }

    // Leads with 1 the barrier and 2 committed, both dropped.
    private static TestVoter LeaderWithSnapshot(string state, long trailingBytes = 0)
    {
        TestVoter leader = TestVoter.Leader(o => o with { TrailingEntries = 0, MaxTrailingBytes = trailingBytes });
        Commit(leader, "entry");
        Assert.True(leader.Compact(2, state));
        leader.SaveOldest();
        leader.Sync();
        Assert.Equal(new LogIndex(3), leader.Status.FirstIndex);
        leader.TakeSent();
        return leader;
    }

    private static void Commit(TestVoter leader, string text)
    {
        Assert.True(leader.Propose(text));
        leader.Sync();
        leader.Receive(TestVoter.Ack(2, leader.Status.Term.Value, leader.Status.LastIndex.Value));
        Assert.Equal(leader.Status.LastIndex, leader.Status.CommitIndex);
    }

    // 3 has an empty log, and says so to the first append it was sent.
    private static RaftMessage Refuse(TestVoter leader)
    {
        leader.Receive(RaftMessage.AppendRejection(
            TestVoter.Three, TestVoter.One, leader.Status.Term, LogIndex.Zero, LogIndex.Zero, Term.Zero));
        leader.Skip(101);
        leader.Receive(leader.Echo(3, leader.Now));
        return Assert.Single(leader.Sent(RaftMessageKind.SnapshotChunk));
    }

    private static RaftMessage Answer(TestVoter leader, ulong offer, long received) =>
        RaftMessage.SnapshotResponse(TestVoter.Three, TestVoter.One, leader.Status.Term, offer, received, isBehind: false);
}
