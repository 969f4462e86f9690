using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Who votes, in the state and by the leader's care.</summary>
public sealed class VoterTests
{
    [Fact]
    public void Before_any_change_all_founders_vote_once_each()
    {
        ClusterState state = new StateDriver().State;

        Assert.Equal([new NodeId(1), new NodeId(2), new NodeId(3)], state.Voters);
        Assert.Equal((3, 2, 1), (state.VotesTotal, state.VotesNeeded, state.VotesOf(new NodeId(2))));
    }

    [Fact]
    public void A_committed_configuration_is_told_with_the_time_of_the_event_before_it()
    {
        var driver = new StateDriver().AtMembershipLevel();
        driver.AtUnixMs = 77;
        driver.AllJoin();

        List<ClusterEvent> events = driver.Configure(new ClusterConfiguration(
            [new(1), new(2)], [new(1), new(2), new(3)], learnersNext: [new(3)], votes: new SortedDictionary<NodeId, int> { [new(1)] = 4, [new(2)] = 1 }));

        Assert.Equal((5, 3, 4, 0), (driver.State.VotesTotal, driver.State.VotesNeeded, driver.State.VotesOf(new(1)), driver.State.VotesOf(new(3))));
        ClusterEvent changed = Assert.Single(events);
        Assert.Equal(77, changed.AtUnixMs);
        Assert.Equal(
            "{ \"voters\": [ 1, 2 ], \"votes\": [ 4, 1 ], \"outgoing\": [ 1, 2, 3 ], \"outgoingVotes\": [ 1, 1, 1 ] }", changed.VotersChanged.ToString());
    }

    [Fact]
    public void Before_the_level_nobody_is_told()
    {
        var driver = new StateDriver();

        Assert.Empty(driver.Configure(new ClusterConfiguration([new(1), new(2)], learners: [new(3)])));
        Assert.Equal(2, driver.State.VotesTotal);
    }

    [Fact]
    public void A_restored_state_knows_who_votes()
    {
        var driver = new StateDriver().AtMembershipLevel();
        driver.Configure(new ClusterConfiguration([new(1), new(2)], learners: [new(3)], votes: new SortedDictionary<NodeId, int> { [new(1)] = 2, [new(2)] = 1 }));

        ClusterState copy = driver.Copy();

        Assert.Equal((driver.State.Configuration, 3), (copy.Configuration, copy.VotesTotal));
        Assert.Equal(driver.State.Save(), copy.Save());
    }

    [Fact]
    public void A_state_of_an_older_build_knows_nothing_of_voters_so_the_engines_word_counts()
    {
        var driver = new StateDriver();
        driver.AllJoin();
        ClusterConfiguration inForce = new([new(1), new(2)], learners: [new(3)]);
        ClusterState copy = new([new(new(1), "n1"), new(new(2), "n2"), new(new(3), "n3")]);

        copy.Restore(driver.State.Save(), driver.State.AppliedIndex, inForce);

        Assert.Equal(inForce, copy.Configuration);
    }

    [Fact]
    public void Nobody_is_fenced_by_request_whose_vote_is_needed()
    {
        var driver = new StateDriver().AtMembershipLevel();
        driver.AllJoin();
        driver.Configure(new ClusterConfiguration([new(1), new(2)], learners: [new(3)]));

        CommandOutcome outcome = driver.Fence(2);

        Assert.Equal(OutcomeCode.WouldLoseQuorum, outcome.Code);
        Assert.Contains("fewer than 2 of 2 votes", outcome.Detail, StringComparison.Ordinal);
        Assert.True(driver.Fence(3).Accepted);
    }

    [Fact]
    public void The_only_voter_is_not_removed()
    {
        var driver = new StateDriver().AtMembershipLevel();
        driver.AllJoin();
        driver.Leave(1);
        driver.Configure(new ClusterConfiguration([new(1)], learners: [new(2), new(3)]));

        Assert.Contains("nobody else votes", driver.Remove(1).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_leader_brings_an_added_node_in_step_by_step()
    {
        NodeDriver driver = Led();
        driver.Commit(new Command { RequiredLevel = 3, NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { "h:1" } } });
        driver.Log.Silent.Add(new NodeId(4));
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal("voters 1 2 3, learners 4", driver.Log.Configuration.ToString());

        driver.Join(4);
        driver.Log.Silent.Clear();
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Equal([new(1), new(2), new(3), new(4)], driver.Node.State.Voters);
        Assert.Equal(["Add #4", "Promote #4"], driver.Log.Changes.Select(change => change.ToString()));
    }

    [Fact]
    public void A_change_waits_until_the_one_before_is_done()
    {
        NodeDriver driver = Led();
        driver.Commit(new Command { RequiredLevel = 3, NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { "h:1" } } });
        driver.Log.Configuration = new ClusterConfiguration([new(1), new(2)], [new(1), new(2), new(3)], learnersNext: [new(3)]);
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Empty(driver.Log.Changes);
    }

    [Fact]
    public void What_the_engine_refuses_is_said_and_tried_again()
    {
        NodeDriver driver = Led();
        driver.Log.RefusesChanges = "not now";
        driver.Commit(new Command { RequiredLevel = 3, NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { "h:1" } } });
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal("not now", driver.Node.VotersHeldUp);

        driver.Log.RefusesChanges = "";
        driver.Run(TimeSpan.FromSeconds(1.5));

        Assert.Equal("", driver.Node.VotersHeldUp);
        Assert.True(driver.Log.Configuration.IsMember(new NodeId(4)));
    }

    [Fact]
    public void Before_the_level_nobody_comes_or_goes()
    {
        var driver = new NodeDriver(new MembershipTiming { StartupGrace = TimeSpan.FromMinutes(10) });
        driver.Join(2);
        driver.Log.Configuration = new ClusterConfiguration([new(1)]);
        driver.Run(TimeSpan.FromSeconds(1));

        Assert.Empty(driver.Log.Changes);
    }

    [Fact]
    public void A_fenced_voter_is_away_only_when_it_did_not_answer_for_the_whole_window()
    {
        NodeDriver driver = Led(new QuorumPolicy { VotersWanted = 3, LastManStandingWindow = TimeSpan.FromSeconds(3) });
        driver.Commit(new Command { RequiredLevel = 3, NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { "h:1" } } });
        driver.Join(4);
        driver.Commit(new Command { NodeDown = new NodeDown { Node = 3, Incarnation = driver.Node.State.FindNode("n3")!.Incarnation.Value, Reason = "r" } });
        driver.Commit(new Command { FenceConfirm = new FenceConfirm { Node = 3, Who = "ann" } });
        driver.Log.Silent.Add(new NodeId(3));
        driver.Run(TimeSpan.FromSeconds(2), () => driver.Hear(2, 4));
        driver.Log.Silent.Clear();
        driver.Run(TimeSpan.FromSeconds(0.5), () => driver.Hear(2, 4));
        driver.Log.Silent.Add(new NodeId(3));
        driver.Run(TimeSpan.FromSeconds(2.5), () => driver.Hear(2, 4));
        Assert.True(driver.Log.Configuration.IsVoter(new NodeId(3)));

        driver.Run(TimeSpan.FromSeconds(1.5), () => driver.Hear(2, 4));

        Assert.Equal("voters 1 2 4, learners 3", driver.Log.Configuration.ToString());
    }

    private static NodeDriver Led(QuorumPolicy? quorum = null)
    {
        var driver = new NodeDriver(quorum: quorum);
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal(FeatureLevels.Membership, driver.Node.State.FeatureLevel);
        return driver;
    }
}
