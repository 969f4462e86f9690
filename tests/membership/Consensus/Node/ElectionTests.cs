using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

public class ElectionTests
{
    private static readonly Term T1 = new(1);
    private static readonly Term T2 = new(2);

    [Fact]
    public void A_voter_that_has_just_started_answers_no_request_for_one_minimum_timeout()
    {
        var voter = new TestVoter();
        voter.Skip(199);
        voter.Receive(RaftMessage.PreVoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.Empty(voter.TakeSent());
        Assert.Equal(Term.Zero, voter.Status.Term);

        voter.Skip(1);
        voter.Receive(RaftMessage.PreVoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        Assert.True(Assert.Single(voter.Sent(RaftMessageKind.PreVoteResponse)).Granted);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.True(Assert.Single(voter.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Fact]
    public void A_restarted_voter_does_not_even_repeat_its_vote_before_one_minimum_timeout()
    {
        var voter = new TestVoter();
        voter.Skip(200);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();

        TestVoter restarted = voter.Restart();
        restarted.Skip(199);
        restarted.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        Assert.Empty(restarted.TakeSent());

        restarted.Skip(1);
        restarted.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        Assert.True(Assert.Single(restarted.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_voter_that_heard_the_leader_keeps_quiet_for_one_minimum_timeout(bool byAppend)
    {
        TestVoter voter = Follower("a");
        voter.Skip(500);
        voter.Receive(byAppend ? Append(1, 0, 0, 0, Entries(1, 1, "a")) : Beat(1));
        voter.TakeSent();

        voter.Skip(199);
        voter.Receive(RaftMessage.PreVoteRequest(Three, One, T2, new LogIndex(1), T1));
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1));
        voter.Sync();
        Assert.Empty(voter.TakeSent());
        Assert.Equal(T1, voter.Status.Term);

        voter.Skip(1);
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, new LogIndex(1), T1));
        voter.Sync();
        Assert.True(Assert.Single(voter.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Fact]
    public void A_voter_that_granted_keeps_quiet_and_waits_with_its_own_candidacy()
    {
        var voter = new TestVoter();
        voter.Skip(200);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();
        voter.TakeSent();

        voter.Pass(199);
        voter.Receive(RaftMessage.VoteRequest(Three, One, T2, LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.Empty(voter.TakeSent());
        Assert.Equal(LogRole.Follower, voter.Status.Role);
    }

    [Fact]
    public void A_leader_confirmed_by_a_majority_does_not_look_at_another_candidate()
    {
        TestVoter leader = Leader();
        Term term = leader.Status.Term;
        leader.Skip(leader.Status.ConfirmedUntil - leader.Now - TimeSpan.FromMilliseconds(1));
        leader.Receive(RaftMessage.VoteRequest(Three, One, term.Next, new LogIndex(9), term));
        leader.Receive(RaftMessage.PreVoteRequest(Three, One, term.Next, new LogIndex(9), term));
        Assert.True(leader.Status.IsLeader);
        Assert.Empty(leader.TakeSent());

        leader.Skip(1);
        leader.Receive(RaftMessage.VoteRequest(Three, One, term.Next, new LogIndex(9), term));
        Assert.Equal(LogRole.Follower, leader.Status.Role);
        Assert.Equal(term.Next, leader.Status.Term);
    }

    [Fact]
    public void A_leader_that_abdicates_keeps_its_vote_bound_until_the_time_it_had_told()
    {
        TestVoter leader = Leader();
        MonotonicTime promised = leader.Status.ConfirmedUntil;
        Term next = leader.Status.Term.Next;
        leader.Abdicate();
        Assert.Equal(LogRole.Follower, leader.Status.Role);

        leader.Skip(promised - leader.Now - TimeSpan.FromMilliseconds(1));
        leader.Receive(RaftMessage.VoteRequest(Three, One, next, new LogIndex(9), next));
        leader.Sync();
        Assert.Empty(leader.TakeSent());

        leader.Skip(1);
        leader.Receive(RaftMessage.VoteRequest(Three, One, next, new LogIndex(9), next));
        leader.Sync();
        Assert.True(Assert.Single(leader.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Fact]
    public void A_grant_and_its_term_are_on_disk_before_they_are_told()
    {
        var voter = new TestVoter();
        voter.Skip(200);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        Assert.Empty(voter.TakeSent());

        voter.Sync();
        Assert.Equal(new HardState(T1, Two), voter.DurableState);
        Assert.All(voter.Sent(RaftMessageKind.VoteResponse), r => Assert.True(r.Granted));
    }

    [Fact]
    public void A_candidate_asks_for_votes_once_its_own_is_on_disk_and_does_not_time_out_before()
    {
        var voter = new TestVoter();
        voter.Pass(350);
        voter.Receive(RaftMessage.PreVoteResponse(Two, One, T1, true));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);
        voter.TakeSent();

        voter.Pass(2_000);
        Assert.Empty(voter.TakeSent());
        Assert.Equal(T1, voter.Status.Term);

        voter.Sync();
        Assert.Equal(2, voter.Sent(RaftMessageKind.VoteRequest).Count);
    }

    [Fact]
    public void A_pre_vote_moves_no_term()
    {
        var voter = new TestVoter();
        voter.Pass(5_000);
        Assert.Equal(LogRole.PreCandidate, voter.Status.Role);
        Assert.Equal(Term.Zero, voter.Status.Term);
        Assert.All(voter.TakeSent(), m => Assert.Equal((RaftMessageKind.PreVoteRequest, T1), (m.Kind, m.Term)));
        Assert.Empty(voter.Tickets);
    }

    [Fact]
    public void One_vote_a_term_even_across_a_restart()
    {
        var voter = new TestVoter();
        voter.Skip(200);
        voter.Receive(RaftMessage.VoteRequest(Two, One, T1, LogIndex.Zero, Term.Zero));
        voter.Sync();

        TestVoter restarted = voter.Restart();
        restarted.Skip(300);
        restarted.Receive(RaftMessage.VoteRequest(Three, One, T1, LogIndex.Zero, Term.Zero));
        Assert.False(Assert.Single(restarted.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    [Theory]
    [InlineData(1UL, 1UL, false)]
    [InlineData(9UL, 0UL, false)]
    [InlineData(2UL, 1UL, true)]
    [InlineData(1UL, 2UL, true)]
    public void A_vote_goes_only_to_a_log_at_least_as_up_to_date(ulong lastIndex, ulong lastTerm, bool granted)
    {
        TestVoter voter = Follower("a", "b");
        voter.Skip(1_000);
        var term = new Term(3);
        voter.Receive(RaftMessage.PreVoteRequest(Three, One, term, new LogIndex(lastIndex), new Term(lastTerm)));
        Assert.Equal(granted, Assert.Single(voter.Sent(RaftMessageKind.PreVoteResponse)).Granted);
        voter.Receive(RaftMessage.VoteRequest(Three, One, term, new LogIndex(lastIndex), new Term(lastTerm)));
        voter.Sync();
        Assert.Equal(granted, Assert.Single(voter.Sent(RaftMessageKind.VoteResponse)).Granted);
        Assert.Equal(term, voter.Status.Term);
    }

    [Fact]
    public void Votes_and_pre_votes_of_another_term_do_not_count()
    {
        var voter = new TestVoter();
        voter.Pass(350);
        voter.Receive(RaftMessage.PreVoteResponse(Two, One, T2, true));
        Assert.Equal(LogRole.PreCandidate, voter.Status.Role);

        voter.Receive(RaftMessage.PreVoteResponse(Two, One, T1, true));
        voter.Sync();
        voter.Receive(RaftMessage.VoteResponse(Two, One, Term.Zero, true));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);

        voter.Receive(RaftMessage.VoteResponse(Two, One, T1, true));
        Assert.True(voter.Status.IsLeader);
    }

    [Fact]
    public void A_refused_majority_sends_a_candidate_back()
    {
        var voter = new TestVoter();
        voter.BecomeCandidate();
        voter.Receive(RaftMessage.VoteResponse(Two, One, T1, false));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);
        voter.Receive(RaftMessage.VoteResponse(Three, One, T1, false));
        Assert.Equal(LogRole.Follower, voter.Status.Role);
    }

    [Fact]
    public void A_candidate_that_was_refused_does_not_wait_a_whole_timeout_for_the_next_round()
    {
        var split = new TestVoter();
        split.BecomeCandidate();
        split.Receive(RaftMessage.VoteResponse(Two, One, T1, false));
        split.Pass(199);
        Assert.Equal(LogRole.PreCandidate, split.Status.Role);

        var unanswered = new TestVoter();
        unanswered.BecomeCandidate();
        unanswered.Pass(199);
        Assert.Equal(LogRole.Candidate, unanswered.Status.Role);
    }

    [Fact]
    public void Unanswered_requests_are_repeated_every_heartbeat_interval()
    {
        var voter = new TestVoter();
        voter.BecomeCandidate();
        voter.TakeSent();
        voter.Receive(RaftMessage.VoteResponse(Two, One, T1, false));

        voter.Pass(50);
        Assert.Equal(Three, Assert.Single(voter.Sent(RaftMessageKind.VoteRequest)).To);
    }

    [Fact]
    public void A_candidate_gives_way_to_the_leader_of_its_term()
    {
        var voter = new TestVoter();
        voter.BecomeCandidate();
        voter.Receive(Beat(1));
        Assert.Equal(LogRole.Follower, voter.Status.Role);
        Assert.Equal(Two, voter.Status.Leader);

        voter.Receive(RaftMessage.VoteResponse(Three, One, T1, true));
        Assert.Equal(LogRole.Follower, voter.Status.Role);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_that_went_ahead_answers_an_old_leader_with_its_term_and_the_leader_gives_way(bool byAppend)
    {
        TestVoter ahead = Follower();
        ahead.Receive(Beat(7));
        ahead.Sync();
        ahead.TakeSent();
        ahead.Receive(byAppend ? Append(1, 0, 0, 0) : Beat(1));
        RaftMessage answer = Assert.Single(ahead.TakeSent());
        Assert.Equal(new Term(7), answer.Term);

        TestVoter leader = Leader();
        leader.Receive(answer with { From = Two, To = One });
        Assert.Equal(LogRole.Follower, leader.Status.Role);
        Assert.Equal(new Term(7), leader.Status.Term);
    }

    [Fact]
    public void A_node_that_fell_behind_learns_the_term_from_a_refusal()
    {
        TestVoter voter = Follower();
        voter.Receive(RaftMessage.PreVoteRequest(Three, One, T1, LogIndex.Zero, Term.Zero));
        RaftMessage refusal = Assert.Single(voter.Sent(RaftMessageKind.PreVoteResponse));
        Assert.False(refusal.Granted);
        Assert.Equal(T1, refusal.Term);

        var behind = new TestVoter();
        behind.Pass(350);
        behind.Receive(refusal with { From = Two, To = One });
        Assert.Equal(T1, behind.Status.Term);
    }
}
