using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>Each switch breaks its promise, and none is broken without it.</summary>
public class MutationTests
{
    private static readonly Term T1 = new(1);
    private static readonly Term T2 = new(2);

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.ForgetsVoteAtRestart, true)]
    public void Two_votes_in_a_term(RaftMutations mutation, bool expected)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation });
        voter.Skip(200);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();
        TestVoter restarted = voter.Restart();
        restarted.Skip(300);
        restarted.Receive(RaftMessage.VoteRequest(Three, One, T1, LogIndex.Zero, Term.Zero));
        restarted.Sync();
        Assert.Equal(expected, restarted.Sent(RaftMessageKind.VoteResponse).Exists(m => m.Granted));
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.VotesWhileHearingLeader, true)]
    public void A_vote_while_the_leader_is_heard(RaftMutations mutation, bool expected)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation });
        voter.Skip(500);
        voter.Receive(Beat(1));
        voter.Receive(RaftMessage.PreVoteRequest(Three, One, T2, new LogIndex(1), T1));
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1));
        voter.Sync();
        Assert.Equal(expected, voter.Sent(RaftMessageKind.VoteResponse).Exists(m => m.Granted));
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.VotesRightAfterRestart, true)]
    public void A_vote_right_after_a_restart(RaftMutations mutation, bool expected)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation });
        voter.Skip(1);
        voter.Receive(RaftMessage.VoteRequest(Three, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.Equal(expected, voter.Sent(RaftMessageKind.VoteResponse).Exists(m => m.Granted));
    }

    [Theory]
    [InlineData(RaftMutations.None, 0UL)]
    [InlineData(RaftMutations.SkipsPreVote, 1UL)]
    public void A_candidacy_without_asking_first(RaftMutations mutation, ulong term)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation });
        voter.Pass(360);
        Assert.Equal(term, voter.Status.Term.Value);
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.LeadsWithoutQuorum, true)]
    public void Leading_without_a_majority(RaftMutations mutation, bool expected)
    {
        TestVoter leader = Leader(o => o with { Mutations = mutation });
        leader.Pass(1_000);
        Assert.Equal(expected, leader.Status.IsLeader);
    }

    [Theory]
    [InlineData(RaftMutations.None, 0UL)]
    [InlineData(RaftMutations.CommitsOlderTermsByCount, 1UL)]
    public void A_commit_of_an_earlier_terms_entry_by_count(RaftMutations mutation, ulong commit)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation });
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        voter.Sync();
        voter.BecomeCandidate();
        voter.Receive(RaftMessage.VoteResponse(Three, One, voter.Status.Term, true));
        voter.Receive(Ack(3, voter.Status.Term.Value, 1));
        Assert.Equal(new LogIndex(commit), voter.Status.CommitIndex);
    }

    [Theory]
    [InlineData(RaftMutations.None, 1UL)]
    [InlineData(RaftMutations.CountsOtherSessions, 2UL)]
    public void A_commit_by_an_answer_of_another_session(RaftMutations mutation, ulong commit)
    {
        TestVoter leader = Settled(mutation);
        leader.Propose("a");
        leader.Sync();
        leader.Receive(Ack(3, 1, 2) with { Session = 7 });
        Assert.Equal(new LogIndex(commit), leader.Status.CommitIndex);
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.ChangesDuringChange, true)]
    public void A_change_while_another_is_under_way(RaftMutations mutation, bool expected)
    {
        TestVoter leader = Settled(mutation);
        leader.Change(ConfigurationStep.Add(new NodeId(4)));
        Assert.Equal(expected, leader.Change(ConfigurationStep.Remove(Three)).Length == 0);
    }

    private static TestVoter Settled(RaftMutations mutation)
    {
        TestVoter leader = Leader(o => o with { Mutations = mutation });
        leader.Receive(Ack(2, 1, 1));
        return leader;
    }
}
