using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

public class MalformedMessageTests
{
    private static readonly Term T1 = new(1);

    [Fact]
    public void Answers_of_strangers_and_misdirected_messages_change_nothing()
    {
        foreach (RaftMessage message in Samples(new Term(9), new LogIndex(1)))
        {
            if (message.Kind is RaftMessageKind.VoteResponse or RaftMessageKind.PreVoteResponse
                or RaftMessageKind.AppendResponse or RaftMessageKind.HeartbeatResponse)
            {
                Ignored(message with { From = new NodeId(8) });
            }

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
            if (message.Kind is RaftMessageKind.VoteResponse or RaftMessageKind.PreVoteResponse
                or RaftMessageKind.AppendResponse or RaftMessageKind.HeartbeatResponse)
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
        RaftMessage[] requests =
        [
            Append(2, 2, 1, 0, gap),
            Append(2, 2, 1, 0, fall),
            Append(2, 2, 1, 0, Entries(4, 2, "d")),
            Append(2, 2, 1, 0, Entries(3, 3, "c")),
            Append(2, ulong.MaxValue, 1, 0, Entries(0, 1, "c")),
        ];
        foreach (RaftMessage request in requests)
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
                ? RaftMessage.AppendRejection(from, One, T1, index, hint, new Term(random.Below(3))) with { Rejected = random.Chance(0.7) }
                : RaftMessage.HeartbeatResponse(from, One, T1, new MonotonicTime((long)(random.Next() >> 1)), index, hint));
            if (random.Chance(0.1))
            {
                leader.Sync();
            }
        }

        Assert.True(leader.Status.IsLeader);
    }

    private static RaftMessage[] Samples(Term term, LogIndex index) =>
    [
        RaftMessage.PreVoteRequest(Two, One, term, index, term),
        RaftMessage.PreVoteResponse(Two, One, term, true),
        RaftMessage.VoteRequest(Two, One, term, index, term),
        RaftMessage.VoteResponse(Two, One, term, true),
        RaftMessage.AppendRequest(Two, One, term, LogIndex.Zero, Term.Zero, index, []),
        RaftMessage.AppendResponse(Two, One, term, index),
        RaftMessage.Heartbeat(Two, One, term, default, index, index),
        RaftMessage.HeartbeatResponse(Two, One, term, default, index, index),
        RaftMessage.TransferRequest(Two, One, term, index, 0),
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
}
