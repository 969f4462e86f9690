using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

public class MalformedMessageTests
{
    private static readonly Term T1 = new(1);

    [Fact]
    public void A_message_of_another_engine_is_not_taken()
    {
        var voter = new TestVoter();
        Assert.False(voter.Node.Receive(new ForeignMessage(Two, One), voter.Now));
    }

    [Fact]
    public void Strangers_and_misdirected_messages_change_nothing()
    {
        foreach (RaftMessage message in Samples(new Term(9), new LogIndex(1)))
        {
            Ignored(message with { From = new NodeId(8) });
            Ignored(message with { From = One });
            Ignored(message with { From = NodeId.None });
            Ignored(message with { To = Three });
        }
    }

    [Fact]
    public void Terms_beyond_reason_change_nothing()
    {
        foreach (RaftMessage message in Samples(new Term(ulong.MaxValue), new LogIndex(1)))
        {
            Ignored(message);
        }
    }

    [Fact]
    public void Answers_of_an_old_term_change_nothing()
    {
        foreach (RaftMessage message in Samples(Term.Zero, new LogIndex(1)))
        {
            if (message is VoteResponse or PreVoteResponse or AppendResponse or HeartbeatResponse)
            {
                Ignored(message);
            }
        }
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(ulong.MaxValue - 1)]
    [InlineData(ulong.MaxValue)]
    public void Acknowledgements_of_entries_that_were_never_sent_change_nothing(ulong index)
    {
        TestVoter leader = Leader();
        leader.Receive(Ack(2, 1, index));
        leader.Receive(leader.Echo(3, leader.Now, index, index));
        leader.Receive(Ack(2, 1, index) with { Rejected = true, HintIndex = new LogIndex(index), HintTerm = new Term(index) });
        Assert.Equal(LogIndex.Zero, leader.Status.CommitIndex);
        Assert.Empty(leader.TakeSent());
    }

    [Fact]
    public void Appends_whose_entries_do_not_fit_together_change_nothing()
    {
        LogEntry[] gap = [.. Entries(3, 1, "c"), .. Entries(5, 1, "e")];
        LogEntry[] fall = [.. Entries(3, 2, "c"), .. Entries(4, 1, "d")];
        AppendRequest[] requests =
        [
            Append(2, 2, 1, 0, gap),
            Append(2, 2, 1, 0, fall),
            Append(2, 2, 1, 0, Entries(4, 2, "d")),
            Append(2, 2, 1, 0, Entries(3, 3, "c")),
            Append(2, ulong.MaxValue, 1, 0, Entries(0, 1, "c")),
        ];
        foreach (AppendRequest request in requests)
        {
            TestVoter voter = Follower("a", "b");
            ReplicatedLogStatus before = voter.Status;
            voter.Receive(request);
            voter.Sync();
            Assert.Equal(before, voter.Status);
            Assert.Empty(voter.TakeSent());
        }
    }

    [Fact]
    public void A_heartbeat_about_more_than_the_log_holds_commits_only_what_is_known()
    {
        TestVoter voter = Follower("a", "b");
        voter.Receive(Beat(1, commit: ulong.MaxValue, match: ulong.MaxValue));
        Assert.Equal(new LogIndex(2), voter.Status.CommitIndex);
    }

    [Fact]
    public void Random_answers_never_throw()
    {
        var random = new SplitMix64(11);
        TestVoter leader = Leader();
        for (int i = 0; i < 20_000; i++)
        {
            leader.Propose("x");
            leader.Skip(0.01);
            var index = new LogIndex(random.Chance(0.5) ? random.Below(30_000) : random.Next());
            var hint = new LogIndex(random.Chance(0.5) ? random.Below(30_000) : random.Next());
            var from = new NodeId((uint)random.Below(5));
            leader.Receive(random.Below(2) == 0
                ? new AppendResponse(from, One, T1, random.Chance(0.7), index, hint, new Term(random.Below(3)))
                : new HeartbeatResponse(from, One, T1, new MonotonicTime((long)(random.Next() >> 1)), index, hint));
            if (random.Chance(0.1))
            {
                leader.Sync();
            }
        }

        Assert.True(leader.Status.IsLeader);
    }

    private static RaftMessage[] Samples(Term term, LogIndex index) =>
    [
        new PreVoteRequest(Two, One, term, index, term),
        new PreVoteResponse(Two, One, term, true),
        new VoteRequest(Two, One, term, index, term),
        new VoteResponse(Two, One, term, true),
        new AppendRequest(Two, One, term, LogIndex.Zero, Term.Zero, index, []),
        new AppendResponse(Two, One, term, false, index, index, term),
        new Heartbeat(Two, One, term, default, index, index),
        new HeartbeatResponse(Two, One, term, default, index, index),
    ];

    private static void Ignored(RaftMessage message)
    {
        foreach (TestVoter voter in new[] { Leader(), Follower("a", "b") })
        {
            voter.Skip(1_000);
            ReplicatedLogStatus before = voter.Status;
            voter.Receive(message);
            voter.Sync();

            Assert.Equal(before, voter.Status);
            Assert.Empty(voter.TakeSent());
        }
    }

    private sealed record ForeignMessage(NodeId From, NodeId To) : PeerMessage(From, To);
}
