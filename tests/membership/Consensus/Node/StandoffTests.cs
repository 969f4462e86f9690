using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>One of two voters goes on without the other (RaftNode.Standoff.cs has the argument).</summary>
public class StandoffTests
{
    private static readonly Standoff First = new(Two, 1);
    private static readonly Standoff Second = new(Two, 2);

    [Fact]
    public void An_intent_is_shown_once_it_is_on_disk_and_after_a_restart()
    {
        TestVoter voter = InStep();
        voter.Note(First);
        Assert.Equal(default, voter.Status.DurableStandoff);
        voter.Sync();
        Assert.Equal(First, voter.Status.DurableStandoff);
        Assert.Equal(First, voter.DurableState.Standoff);
        voter.Note(Second);
        Assert.Equal(default, voter.Status.DurableStandoff);
        voter.Sync();
        TestVoter restarted = voter.Restart();
        Assert.Equal(Second, restarted.Status.DurableStandoff);
        restarted.Note(default);
        restarted.Sync();
        Assert.Equal(default, restarted.Status.DurableStandoff);
        Assert.Equal(default, restarted.DurableState.Standoff);
    }

    [Fact]
    public void Writing_an_intent_holds_no_message_up()
    {
        TestVoter voter = InStep();
        voter.TakeSent();
        voter.Note(First);
        voter.Receive(Beat(1));
        Assert.Single(voter.TakeSent());
    }

    [Fact]
    public void It_leads_a_new_term_alone_once_its_vote_is_on_disk_and_begins_it_with_the_configuration()
    {
        TestVoter voter = Ready();
        Assert.Equal("", voter.GoAlone(Two));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);
        Assert.Equal("", voter.GoAlone(Two));
        voter.TakeSent();
        voter.Sync();
        Assert.True(voter.Status is { IsLeader: true, BarrierCommitted: true }, $"{voter.Status}");
        Assert.Equal(new Term(2), voter.Status.Term);
        Assert.Equal("voters 1, learners 2", voter.Node.Configuration.ToString());

        // What was not known to be committed is decided.
        Assert.Equal([1UL, 2UL], voter.Committed.Select(entry => entry.Index.Value));
        Assert.Equal(EntryKind.Configuration, voter.Committed[1].Kind);
        Assert.DoesNotContain(voter.TakeSent(), m => m.Kind is RaftMessageKind.VoteRequest or RaftMessageKind.PreVoteRequest);
        Assert.True(voter.Status.ConfirmedUntil > voter.Now);
    }

    [Fact]
    public void The_intent_goes_with_the_peers_vote()
    {
        TestVoter voter = Ready();
        voter.GoAlone(Two);
        voter.Sync();
        Assert.Equal(default, voter.Status.DurableStandoff);
        Assert.Equal(default, voter.DurableState.Standoff);
    }

    [Fact]
    public void A_leader_takes_a_new_term_too()
    {
        TestVoter leader = Leader(voters: 2);
        leader.Receive(Ack(2, 1, 1));
        leader.Propose("a");
        leader.Note(First);
        leader.Sync();
        Assert.Contains("promised to help nobody to lead yet", leader.GoAlone(Two), StringComparison.Ordinal);
        leader.Skip(200);
        Assert.Equal("", leader.GoAlone(Two));
        leader.Sync();
        Assert.True(leader.Status is { IsLeader: true, BarrierCommitted: true });
        Assert.Equal(new Term(2), leader.Status.Term);
        Assert.Equal(["a"], leader.Committed.Where(e => e.Kind == EntryKind.Command).Select(e => System.Text.Encoding.UTF8.GetString(e.Payload.Span)));
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.GoesAloneImpatiently, true)]
    public void It_keeps_its_patience(RaftMutations mutation, bool expected)
    {
        TestVoter voter = InStep(mutation);
        voter.Note(First);
        voter.Sync();
        voter.Skip(199);
        string refusal = voter.GoAlone(Two);
        Assert.Equal(expected, refusal.Length == 0);
        Assert.True(expected || refusal.Contains("try again in 1 ms", StringComparison.Ordinal), refusal);
    }

    [Theory]
    [InlineData(RaftMutations.None, false)]
    [InlineData(RaftMutations.GoesAloneOutOfStep, true)]
    public void A_restarted_node_waits_until_the_two_have_met(RaftMutations mutation, bool expected)
    {
        TestVoter restarted = Ready(mutation).Restart();
        Assert.False(restarted.Status.IsInStep);
        restarted.Skip(1_000);
        restarted.Note(Second);
        restarted.Sync();
        string refusal = restarted.GoAlone(Two);
        Assert.Equal(expected, refusal.Length == 0);
        Assert.True(expected || refusal.Contains("has not been in step", StringComparison.Ordinal), refusal);
    }

    [Fact]
    public void It_is_in_step_when_the_leader_returns_its_number_and_asks_until_then()
    {
        TestVoter restarted = InStep().Restart();
        restarted.Receive(Beat(1));
        ulong number = Assert.Single(restarted.TakeSent()).Context;
        Assert.NotEqual(0UL, number);
        restarted.Receive(Beat(1) with { Context = number + 2 });
        Assert.False(restarted.Status.IsInStep);
        restarted.TakeSent();
        restarted.Receive(Beat(1) with { Context = number });
        Assert.True(restarted.Status.IsInStep);
        Assert.Equal(0UL, Assert.Single(restarted.TakeSent()).Context);
    }

    [Fact]
    public void It_is_in_step_when_the_other_elects_it()
    {
        TestVoter restarted = InStep().Restart();
        restarted.BecomeCandidate();
        Assert.False(restarted.Status.IsInStep);
        restarted.Receive(RaftMessage.VoteResponse(Two, One, restarted.Status.Term, true));
        Assert.True(restarted.Status is { IsLeader: true, IsInStep: true });
    }

    [Fact]
    public void A_leader_returns_the_number_once_its_configuration_is_there()
    {
        TestVoter leader = Leader(voters: 2);
        leader.Receive(leader.Echo(2, leader.Now, 1, 1) with { Context = 77 });
        leader.Pass(50);
        Assert.Equal(77UL, leader.Sent(RaftMessageKind.Heartbeat)[^1].Context);
    }

    [Fact]
    public void The_intent_must_be_on_disk_in_this_life_and_be_about_the_peer()
    {
        TestVoter voter = InStep();
        voter.Skip(200);
        Assert.Contains("the standoff noted is none", voter.GoAlone(Two), StringComparison.Ordinal);
        voter.Note(First);
        Assert.Contains("wait until it is durable", voter.GoAlone(Two), StringComparison.Ordinal);
        voter.Note(new Standoff(Three, 1));
        voter.Sync();
        Assert.Contains("with #3", voter.GoAlone(Two), StringComparison.Ordinal);

        // A note of a former life was about another stop.
        voter.Note(First);
        voter.Sync();
        TestVoter restarted = voter.Restart();
        Meet(restarted);
        restarted.Skip(200);
        Assert.Contains("note another one", restarted.GoAlone(Two), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_is_heard_of_the_peer_makes_the_vouching_void()
    {
        TestVoter voter = Ready();
        voter.Receive(RaftMessage.PreVoteRequest(Two, One, new Term(2), LogIndex.Zero, Term.Zero));
        Assert.Contains("has been heard since attempt 1", voter.GoAlone(Two), StringComparison.Ordinal);
        voter.Note(Second);

        // Before the note is on disk nobody is stopped for it.
        voter.Receive(RaftMessage.PreVoteRequest(Two, One, new Term(2), LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.Equal("", voter.GoAlone(Two));
    }

    [Fact]
    public void It_gives_up_when_the_peer_is_heard_before_its_vote_is_on_disk()
    {
        TestVoter voter = Ready();
        voter.GoAlone(Two);
        voter.Receive(RaftMessage.PreVoteRequest(Two, One, new Term(2), LogIndex.Zero, Term.Zero));
        voter.Sync();
        Assert.Equal(LogRole.Follower, voter.Status.Role);
        Assert.Equal("voters 1 2", voter.Node.Configuration.ToString());
    }

    [Fact]
    public void A_crash_before_its_vote_is_on_disk_leaves_two_voters_and_the_intent()
    {
        TestVoter voter = Ready();
        voter.GoAlone(Two);
        TestVoter restarted = voter.Restart();
        Assert.Equal("voters 1 2", restarted.Node.Configuration.ToString());
        Assert.Equal((new Term(1), First), (restarted.Status.Term, restarted.Status.DurableStandoff));
    }

    [Fact]
    public void After_a_crash_behind_the_commit_it_goes_on_alone_and_the_intent_goes_too()
    {
        TestVoter voter = Ready();
        voter.GoAlone(Two);

        // Vote and configuration are on disk, and nothing after that.
        voter.SyncOnce();
        voter.SyncOnce();
        TestVoter restarted = voter.Restart();
        Assert.Equal("voters 1, learners 2", restarted.Node.Configuration.ToString());
        Assert.Equal(First, restarted.Status.DurableStandoff);
        restarted.Pass(400);
        restarted.Sync();
        Assert.True(restarted.Status is { IsLeader: true, BarrierCommitted: true });
        Assert.Equal(default, restarted.Status.DurableStandoff);
    }

    [Fact]
    public void Only_one_of_exactly_two_voters_goes_alone()
    {
        TestVoter three = Follower("a");
        Assert.Contains("exactly two voters", three.GoAlone(Two), StringComparison.Ordinal);
        TestVoter voter = Ready();
        Assert.Contains("exactly two voters", voter.GoAlone(One), StringComparison.Ordinal);
        Assert.Contains("exactly two voters", voter.GoAlone(Three), StringComparison.Ordinal);
        Assert.Contains("exactly two voters", voter.GoAlone(NodeId.None), StringComparison.Ordinal);

        var joint = new ClusterConfiguration([One, Two], [One, Two, Three]);
        voter.Receive(Append(1, 1, 1, 0, Configuration(2, joint)));
        Assert.Contains("not during a change", voter.GoAlone(Two), StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_no_majority_without_the_other_s_votes_waits_for_them()
    {
        TestVoter voter = InStep();
        var weighted = new ClusterConfiguration([One, Two], votes: new Dictionary<NodeId, int> { [Two] = 2 });
        voter.Receive(Append(1, 1, 1, 0, Configuration(2, weighted)));
        voter.Note(First);
        voter.Sync();
        voter.Skip(200);
        Assert.Contains("has the majority of the votes by itself", voter.GoAlone(Two), StringComparison.Ordinal);
    }

    private static LogEntry Configuration(ulong index, ClusterConfiguration configuration) =>
        new(new LogIndex(index), new Term(1), EntryKind.Configuration, ConfigurationCodec.Encode(configuration));

    // Follows 2, the other voter, in term 1, holds an entry of it, and was told that it is in step.
    private static TestVoter InStep(RaftMutations mutation = RaftMutations.None)
    {
        var voter = new TestVoter(o => o with { Mutations = mutation }, voters: 2);
        voter.Skip(1_000);
        voter.Receive(Append(1, 0, 0, 0, Entries(1, 1, "a")));
        voter.Sync();
        Meet(voter);
        return voter;
    }

    private static void Meet(TestVoter voter)
    {
        voter.TakeSent();
        voter.Receive(Beat(1));
        voter.Receive(Beat(1) with { Context = Assert.Single(voter.TakeSent()).Context });
        Assert.True(voter.Status.IsInStep);
    }

    // All is as it must be: the peer may be stopped now.
    private static TestVoter Ready(RaftMutations mutation = RaftMutations.None)
    {
        TestVoter voter = InStep(mutation);
        voter.Note(First);
        voter.Sync();
        voter.Skip(200);
        return voter;
    }
}
