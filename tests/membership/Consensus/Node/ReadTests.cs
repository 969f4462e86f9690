namespace Cluster.Consensus.Tests.Node;

public class ReadTests
{
    [Fact]
    public void A_read_is_answered_once_a_majority_has_answered_heartbeats_sent_after_it()
    {
        TestVoter voter = CommittedLeader();
        voter.Read(7);
        voter.Flush();
        Assert.Empty(voter.Reads);
        RaftMessage beat = voter.Sent(RaftMessageKind.Heartbeat)[0];
        voter.Receive(voter.Echo(2, beat.SentAt, 1, 1));

        Assert.Equal(new ReadResult(7, new LogIndex(1), IsRefused: false), Assert.Single(voter.Reads));
    }

    [Fact]
    public void Answers_to_earlier_heartbeats_do_not_count()
    {
        TestVoter voter = CommittedLeader();
        voter.Pass(60);
        RaftMessage earlier = voter.Sent(RaftMessageKind.Heartbeat)[0];
        voter.Read(7);
        voter.Flush();
        voter.Receive(voter.Echo(2, earlier.SentAt, 1, 1));
        voter.Receive(voter.Echo(3, earlier.SentAt, 1, 1));

        Assert.Empty(voter.Reads);
    }

    [Fact]
    public void Nor_do_answers_to_heartbeats_sent_before_it_at_the_same_instant()
    {
        TestVoter voter = CommittedLeader();
        voter.Read(1);
        voter.Flush();
        RaftMessage first = voter.Sent(RaftMessageKind.Heartbeat)[0];
        voter.Receive(voter.Echo(2, first.SentAt, 1, 1));
        voter.Read(2);
        voter.Flush();
        voter.Receive(voter.Echo(3, first.SentAt, 1, 1));
        Assert.Single(voter.Reads);

        voter.Receive(voter.Echo(3, voter.Sent(RaftMessageKind.Heartbeat)[0].SentAt, 1, 1));
        Assert.Equal(2, voter.Reads.Count);
    }

    [Fact]
    public void Reads_share_a_round()
    {
        TestVoter voter = CommittedLeader();
        for (ulong i = 0; i < 100; i++)
        {
            voter.Read(i);
        }

        voter.Flush();
        List<RaftMessage> beats = voter.Sent(RaftMessageKind.Heartbeat);
        Assert.Equal(2, beats.Count);
        voter.Receive(voter.Echo(2, beats[0].SentAt, 1, 1));

        Assert.Equal(100, voter.Reads.Count);
    }

    [Fact]
    public void Reads_that_come_in_during_a_round_wait_for_the_next()
    {
        TestVoter voter = CommittedLeader();
        voter.Read(1);
        voter.Flush();
        RaftMessage first = voter.Sent(RaftMessageKind.Heartbeat)[0];
        voter.Skip(1);
        voter.Read(2);
        voter.Flush();
        Assert.Empty(voter.Sent(RaftMessageKind.Heartbeat));
        voter.Receive(voter.Echo(2, first.SentAt, 1, 1));

        Assert.Equal(1UL, Assert.Single(voter.Reads).Context);
        Assert.Equal(2, voter.Sent(RaftMessageKind.Heartbeat).Count);
    }

    [Fact]
    public void In_a_joint_configuration_both_halves_have_to_answer()
    {
        TestVoter voter = CommittedLeader();
        NodeId four = new(4);
        NodeId five = new(5);
        Assert.Equal("", voter.Change(ConfigurationStep.Add(four), ConfigurationStep.Add(five)));
        voter.Sync();
        voter.Receive(TestVoter.Ack(2, 1, 2));
        voter.Receive(voter.Echo(4, voter.Now, 2, 2) with { Session = 1 });
        voter.Receive(voter.Echo(5, voter.Now, 2, 2) with { Session = 2 });
        Assert.Equal("", voter.Change(
            ConfigurationStep.Promote(four),
            ConfigurationStep.Promote(five),
            ConfigurationStep.Remove(TestVoter.Two),
            ConfigurationStep.Remove(TestVoter.Three)));
        Assert.True(voter.Node.Configuration.IsJoint);
        voter.TakeSent();
        voter.Read(7);
        voter.Flush();
        MonotonicTime stamp = voter.Sent(RaftMessageKind.Heartbeat)[0].SentAt;

        voter.Receive(voter.Echo(4, stamp, 2, 2) with { Session = 1 });
        voter.Receive(voter.Echo(5, stamp, 2, 2) with { Session = 2 });
        Assert.Empty(voter.Reads);
        voter.Receive(voter.Echo(3, stamp, 1, 1));
        Assert.Single(voter.Reads);
    }

    [Fact]
    public void A_read_waits_until_an_entry_of_the_leaders_term_is_committed()
    {
        TestVoter voter = TestVoter.Leader();
        voter.Read(7);
        voter.Flush();
        Assert.Empty(voter.Sent(RaftMessageKind.Heartbeat));
        voter.Receive(TestVoter.Ack(2, 1, 1));
        RaftMessage beat = voter.Sent(RaftMessageKind.Heartbeat)[^1];
        Assert.Empty(voter.Reads);
        voter.Receive(voter.Echo(2, beat.SentAt, 1, 1));

        Assert.Equal(new LogIndex(1), Assert.Single(voter.Reads).Index);
    }

    [Fact]
    public void The_only_voter_answers_at_once()
    {
        TestVoter voter = TestVoter.Leader(voters: 1);
        voter.Read(7);
        voter.Flush();

        Assert.False(Assert.Single(voter.Reads).IsRefused);
    }

    [Fact]
    public void A_leader_that_stops_leading_refuses_what_waits()
    {
        TestVoter voter = CommittedLeader();
        voter.Read(1);
        voter.Flush();
        voter.Read(2);
        voter.Receive(RaftMessage.ReadRequest(TestVoter.Three, TestVoter.One, new Term(1), 99));
        voter.Abdicate();

        Assert.Equal([(1UL, true), (2UL, true)], voter.Reads.Select(r => (r.Context, r.IsRefused)));
        RaftMessage refusal = Assert.Single(voter.Sent(RaftMessageKind.ReadResponse));
        Assert.True(refusal.Rejected);
        Assert.Equal(99UL, refusal.Context);
    }

    [Fact]
    public void A_node_that_knows_no_leader_takes_no_reads()
    {
        Assert.False(new TestVoter().Read(1));
    }

    [Fact]
    public void A_follower_asks_its_leader_one_question_for_all_reads()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Read(1);
        voter.Read(2);
        voter.Flush();
        RaftMessage question = Assert.Single(voter.Sent(RaftMessageKind.ReadRequest));
        Assert.Equal(TestVoter.Two, question.To);
        voter.Receive(RaftMessage.ReadResponse(TestVoter.Two, TestVoter.One, new Term(1), question.Context, new LogIndex(9)));

        Assert.Equal([(1UL, 9UL), (2UL, 9UL)], voter.Reads.Select(r => (r.Context, r.Index.Value)));
    }

    [Fact]
    public void Late_and_foreign_answers_are_ignored()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Read(1);
        voter.Flush();
        ulong number = Assert.Single(voter.Sent(RaftMessageKind.ReadRequest)).Context;
        voter.Receive(RaftMessage.ReadResponse(TestVoter.Two, TestVoter.One, new Term(1), number - 1, new LogIndex(9)));
        voter.Receive(RaftMessage.ReadResponse(TestVoter.Three, TestVoter.One, new Term(1), number, new LogIndex(9)));
        voter.Receive(RaftMessage.ReadResponse(TestVoter.Two, TestVoter.One, new Term(0), number, new LogIndex(9)));
        Assert.Empty(voter.Reads);

        voter.Receive(RaftMessage.ReadResponse(TestVoter.Two, TestVoter.One, new Term(1), number, new LogIndex(9)));
        voter.Receive(RaftMessage.ReadResponse(TestVoter.Two, TestVoter.One, new Term(1), number, new LogIndex(9)));
        Assert.Single(voter.Reads);
    }

    [Fact]
    public void A_process_does_not_ask_with_the_numbers_of_its_former_life()
    {
        // The same seed, but the clock has gone on.
        ulong first = FirstNumber(new MonotonicTime(1_000_000_000));
        ulong second = FirstNumber(new MonotonicTime(1_000_000_001));

        Assert.True(Math.Max(first, second) - Math.Min(first, second) > 1_000_000, $"{first} and {second} are close to each other");
    }

    [Fact]
    public void A_lost_question_is_repeated_and_given_up_after_an_election_timeout()
    {
        TestVoter voter = TestVoter.Follower("a");
        ulong number = Ask(voter);
        for (int i = 0; i < 350; i++)
        {
            voter.Receive(TestVoter.Beat(1));
            voter.Pass(1);
        }

        Assert.Equal([number, number, number], voter.Sent(RaftMessageKind.ReadRequest).Select(m => m.Context));
        Assert.True(Assert.Single(voter.Reads).IsRefused);
    }

    [Fact]
    public void Another_leader_means_that_the_reads_are_refused()
    {
        TestVoter voter = TestVoter.Follower("a");
        Ask(voter);
        voter.Receive(TestVoter.Beat(2) with { From = TestVoter.Three });

        Assert.True(Assert.Single(voter.Reads).IsRefused);
    }

    [Fact]
    public void Who_does_not_lead_refuses_questions_and_takes_no_term_from_them()
    {
        TestVoter voter = TestVoter.Follower("a");
        voter.Receive(RaftMessage.ReadRequest(TestVoter.Three, TestVoter.One, new Term(9), 5));

        RaftMessage refusal = Assert.Single(voter.Sent(RaftMessageKind.ReadResponse));
        Assert.True(refusal.Rejected);
        Assert.Equal(5UL, refusal.Context);
        Assert.Equal(new Term(1), voter.Status.Term);
    }

    [Fact]
    public void An_engine_that_does_not_ask_for_confirmation_answers_while_somebody_else_may_lead()
    {
        TestVoter sound = CommittedLeader();
        TestVoter broken = CommittedLeader(RaftMutations.ReadsWithoutConfirmation);
        foreach (TestVoter voter in (TestVoter[])[sound, broken])
        {
            // Nobody has answered for so long that the others may have elected another.
            voter.Skip(340);
            voter.Read(1);
            voter.Flush();
        }

        Assert.Empty(sound.Reads);
        Assert.Single(broken.Reads);
    }

    private static ulong FirstNumber(MonotonicTime started)
    {
        RaftOptions options = new() { Self = TestVoter.One, Voters = [TestVoter.One, TestVoter.Two, TestVoter.Three], Seed = 42 };
        var node = new RaftNode(options, RecoveredLog.Empty, started);
        node.Receive(TestVoter.Beat(1), started);
        node.Persisted(node.Effects.Writes[^1].Ticket, started);
        Assert.True(node.TryRead(1, started));
        node.Flush(started);
        return node.Effects.Messages.Single(m => m.Kind == RaftMessageKind.ReadRequest).Context;
    }

    private static ulong Ask(TestVoter voter)
    {
        voter.Read(1);
        voter.Flush();
        return Assert.Single(voter.Sent(RaftMessageKind.ReadRequest)).Context;
    }

    private static TestVoter CommittedLeader(RaftMutations mutations = RaftMutations.None)
    {
        TestVoter voter = TestVoter.Leader(o => o with { Mutations = mutations });
        voter.Receive(TestVoter.Ack(2, 1, 1));
        Assert.True(voter.Status.BarrierCommitted);
        voter.TakeSent();
        return voter;
    }
}
