using static Cluster.Consensus.Tests.Node.TestVoter;

namespace Cluster.Consensus.Tests.Node;

/// <summary>Who takes part (Raft §6, thesis chapter 4).</summary>
public class ConfigurationTests
{
    private static readonly NodeId Four = new(4);
    private static readonly NodeId Five = new(5);

    [Fact]
    public void A_leader_changes_nothing_before_it_has_committed_in_its_term()
    {
        // Thesis §4.1: else two leaders' changes could fail to overlap.
        TestVoter leader = Leader();
        Assert.Contains("not committed anything in its term", leader.Change(ConfigurationStep.Add(Four)), StringComparison.Ordinal);
        leader.Receive(Ack(2, 1, 1));
        Assert.Equal("", leader.Change(ConfigurationStep.Add(Four)));
    }

    [Fact]
    public void Only_a_leader_changes_anything_and_one_change_at_a_time()
    {
        Assert.Contains("ask #2", Follower("a").Change(ConfigurationStep.Add(Four)), StringComparison.Ordinal);
        TestVoter leader = Settled();
        Assert.Equal("", leader.Change(ConfigurationStep.Add(Four)));
        Assert.Contains("another change is under way", leader.Change(ConfigurationStep.Add(Five)), StringComparison.Ordinal);
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        Assert.Equal("", leader.Change(ConfigurationStep.Add(Five)));
    }

    [Fact]
    public void A_learner_gets_everything_and_counts_for_nothing()
    {
        TestVoter leader = Settled();
        leader.Change(ConfigurationStep.Add(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.TakeSent();
        leader.Pass(50);
        Assert.Contains(leader.TakeSent(), m => m.To == Four && m.Kind == RaftMessageKind.Heartbeat);

        leader.Receive(Ack(4, 1, 2) with { Session = 1 });
        leader.TakeSent();
        leader.Propose("a");
        Assert.Contains(leader.TakeSent(), m => m.To == Four && m.Entries.Count == 1);
        leader.Sync();
        leader.Receive(Ack(4, 1, 3) with { Session = 1 });
        leader.Receive(leader.Echo(4, leader.Now, 3, 3) with { Session = 1 });
        Assert.Equal(new LogIndex(2), leader.Status.CommitIndex);
        leader.Receive(Ack(3, 1, 3));
        Assert.Equal(new LogIndex(3), leader.Status.CommitIndex);
    }

    [Fact]
    public void The_limits_on_what_is_on_the_way_hold_for_learners_and_a_silent_one_holds_nobody_up()
    {
        TestVoter leader = Settled(o => o with { MaxInflightAppends = 2, MaxUncommittedBytes = 10 });
        leader.Change(ConfigurationStep.Add(Four));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.Receive(Ack(4, 1, 2) with { Session = 1 });
        leader.TakeSent();
        for (ulong i = 3; i < 10; i++)
        {
            Assert.True(leader.Propose("0123456789"));
            leader.Sync();
            leader.Receive(Ack(2, 1, i));
        }

        Assert.Equal(2, leader.Sent(RaftMessageKind.AppendRequest).Count(m => m.To == Four));
        Assert.Equal(new LogIndex(9), leader.Status.CommitIndex);
    }

    [Fact]
    public void A_learner_is_promoted_only_when_it_answers_and_has_caught_up()
    {
        TestVoter leader = Settled(o => o with { MaxPromotionLag = 2 });
        leader.Change(ConfigurationStep.Add(Four));
        leader.Propose("a");
        leader.Propose("b");
        leader.Sync();
        leader.Receive(Ack(2, 1, 4));
        Assert.Contains("does not answer", leader.Change(ConfigurationStep.Promote(Four)), StringComparison.Ordinal);

        leader.Receive(leader.Echo(4, leader.Now, 1, 1) with { Session = 1 });
        Assert.Contains("3 entries behind: let it come within 2", leader.Change(ConfigurationStep.Promote(Four)), StringComparison.Ordinal);

        leader.Receive(leader.Echo(4, leader.Now, 2, 2) with { Session = 1 });
        Assert.Equal("", leader.Change(ConfigurationStep.Promote(Four)));
    }

    [Fact]
    public void In_a_joint_configuration_a_commit_needs_a_majority_of_both_halves()
    {
        TestVoter leader = ReplacingTwoAndThree();
        LogIndex joint = leader.Node.ConfigurationIndex;
        Assert.Equal("voters 1 4 5, outgoing 1 2 3", leader.Node.Configuration.ToString());

        leader.Receive(Ack(4, 1, joint.Value) with { Session = 1 });
        leader.Receive(Ack(5, 1, joint.Value) with { Session = 2 });
        Assert.True(leader.Status.CommitIndex < joint);
        leader.Receive(Ack(3, 1, joint.Value));
        Assert.Equal(joint, leader.Status.CommitIndex);

        // The joint configuration is left by itself.
        Assert.Equal("voters 1 4 5", leader.Node.Configuration.ToString());
        Assert.Equal(joint.Next, leader.Node.ConfigurationIndex);
    }

    [Fact]
    public void In_a_joint_configuration_a_leader_is_confirmed_by_both_halves()
    {
        TestVoter leader = ReplacingTwoAndThree();
        leader.Skip(20);
        MonotonicTime before = leader.Status.ConfirmedAt;
        Assert.True(before < leader.Now);
        leader.Receive(leader.Echo(2, leader.Now, 2, 2));
        leader.Receive(leader.Echo(3, leader.Now, 2, 2));
        Assert.Equal(before, leader.Status.ConfirmedAt);
        leader.Receive(leader.Echo(5, leader.Now, 2, 2) with { Session = 2 });
        Assert.Equal(leader.Now, leader.Status.ConfirmedAt);
    }

    [Fact]
    public void A_candidate_in_a_joint_configuration_needs_both_halves()
    {
        TestVoter voter = Follower();
        var joint = new ClusterConfiguration([One, Four, Five], [One, Two, Three]);
        voter.Receive(Append(1, 0, 0, 0, Configuration(1, 1, joint)));
        voter.Sync();
        voter.TakeSent();
        voter.Pass(360);
        Assert.Equal(4, voter.TakeSent().FindAll(m => m.Kind == RaftMessageKind.PreVoteRequest).Select(m => m.To).Distinct().Count());
        voter.Receive(RaftMessage.PreVoteResponse(Two, One, new Term(2), true));
        voter.Receive(RaftMessage.PreVoteResponse(Three, One, new Term(2), true));
        Assert.Equal(LogRole.PreCandidate, voter.Status.Role);
        voter.Receive(RaftMessage.PreVoteResponse(Five, One, new Term(2), true));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);
    }

    [Fact]
    public void A_configuration_is_in_force_when_it_is_appended_and_no_longer_when_it_is_truncated()
    {
        TestVoter voter = Follower("a");
        ClusterConfiguration before = voter.Node.Configuration;
        var after = new ClusterConfiguration([Two, Three]);
        voter.Receive(Append(1, 1, 1, 0, Configuration(2, 1, after)));
        Assert.Equal(after, voter.Node.Configuration);
        voter.Sync();
        Assert.Equal(after, voter.Restart().Node.Configuration);

        voter.Receive(Append(2, 1, 1, 0, Entries(2, 2, "b")) with { From = Three });
        Assert.Equal(before, voter.Node.Configuration);
    }

    [Fact]
    public void Entries_with_a_configuration_that_makes_no_sense_change_nothing()
    {
        TestVoter voter = Follower("a");
        var entry = new LogEntry(new LogIndex(2), new Term(1), EntryKind.Configuration, new byte[] { 0x0A, 0x02, 1, 1 });
        voter.Receive(Append(1, 1, 1, 0, entry));
        Assert.Equal(new LogIndex(1), voter.Status.LastIndex);
    }

    [Fact]
    public void A_new_leader_finishes_the_change_it_finds()
    {
        TestVoter voter = Follower();
        var joint = new ClusterConfiguration([One, Two], [One, Two, Three], learnersNext: [Three]);
        voter.Receive(Append(1, 0, 0, 0, Configuration(1, 1, joint)));
        voter.Sync();
        voter.BecomeCandidate();
        voter.Receive(RaftMessage.VoteResponse(Two, One, voter.Status.Term, true));
        voter.Sync();
        Assert.True(voter.Status.IsLeader);
        Assert.Equal(joint, voter.Node.Configuration);

        voter.Receive(Ack(2, voter.Status.Term.Value, 2));
        Assert.Equal(new ClusterConfiguration([One, Two], learners: [Three]), voter.Node.Configuration);
        Assert.Equal(new LogIndex(3), voter.Node.ConfigurationIndex);
    }

    [Fact]
    public void A_voter_that_is_on_its_way_out_stands_until_that_is_committed()
    {
        // Thesis §4.2.2: perhaps only those that go hold the entry that removes them.
        TestVoter voter = Follower();
        voter.Receive(Append(
            1,
            0,
            0,
            1,
            Configuration(1, 1, new ClusterConfiguration([Two], [One, Two, Three])),
            Configuration(2, 1, new ClusterConfiguration([Two]))));
        voter.Sync();
        voter.BecomeCandidate();
        voter.Receive(RaftMessage.VoteResponse(Three, One, voter.Status.Term, true));
        Assert.Equal(LogRole.Candidate, voter.Status.Role);
        voter.Receive(RaftMessage.VoteResponse(Two, One, voter.Status.Term, true));
        Assert.True(voter.Status.IsLeader);

        voter.Sync();
        voter.Receive(Ack(2, voter.Status.Term.Value, 3));
        Assert.Equal(new LogIndex(3), voter.Status.CommitIndex);
        voter.Pass(2_000);
        Assert.Equal(LogRole.Follower, voter.Status.Role);
    }

    [Fact]
    public void A_learner_does_not_stand_for_election_but_votes_for_who_counts_on_it()
    {
        TestVoter voter = Follower();
        voter.Receive(Append(1, 0, 0, 1, Configuration(1, 1, new ClusterConfiguration([Two, Three], learners: [One]))));
        voter.Sync();
        voter.TakeSent();
        voter.Pass(2_000);
        Assert.Empty(voter.TakeSent());
        Assert.Equal(LogRole.Follower, voter.Status.Role);
        Assert.Equal(NodeId.None, voter.Status.Leader);
        voter.Receive(RaftMessage.VoteRequest(Three, One, new Term(2), new LogIndex(2), new Term(1)));
        voter.Sync();
        Assert.True(Assert.Single(voter.Sent(RaftMessageKind.VoteResponse)).Granted);
    }

    private static TestVoter Settled(Func<RaftOptions, RaftOptions>? change = null)
    {
        TestVoter leader = Leader(change);
        leader.Receive(Ack(2, 1, 1));
        return leader;
    }

    /// <summary>Leads 1 2 3 with 4 and 5 as caught-up learners, and has begun to put these in the place of 2 and 3.</summary>
    private static TestVoter ReplacingTwoAndThree()
    {
        TestVoter leader = Settled();
        leader.Change(ConfigurationStep.Add(Four), ConfigurationStep.Add(Five));
        leader.Sync();
        leader.Receive(Ack(2, 1, 2));
        leader.Receive(leader.Echo(4, leader.Now, 2, 2) with { Session = 1 });
        leader.Receive(leader.Echo(5, leader.Now, 2, 2) with { Session = 2 });
        Assert.Equal("", leader.Change(
            ConfigurationStep.Promote(Four),
            ConfigurationStep.Promote(Five),
            ConfigurationStep.Remove(Two),
            ConfigurationStep.Remove(Three)));
        leader.Sync();
        return leader;
    }

    private static LogEntry Configuration(ulong index, ulong term, ClusterConfiguration configuration) =>
        new(new LogIndex(index), new Term(term), EntryKind.Configuration, ConfigurationCodec.Encode(configuration));
}
