using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Two voters, n1 (this node) and n2; n3 has left. The one that proves the other off goes on alone.</summary>
public sealed class TwoNodeTests
{
    private static readonly QuorumPolicy s_two = new() { TwoNode = true, TwoNodeDelay = TimeSpan.FromSeconds(5) };
    private static readonly AttemptOutcome s_off = new(true, Evidence.ObservedOff, "", "it is off", "bmc", TimeSpan.FromSeconds(1));

    [Fact]
    public void The_silent_peer_is_proven_off_and_then_this_node_goes_on_alone_and_records_it()
    {
        NodeDriver driver = Pair(s_two);
        Incarnation life = driver.Node.State.FindNode("n2")!.Incarnation;
        driver.Commit(new Command
        {
            GroupJoin = new GroupJoin { Group = "g", Node = 2, Incarnation = life.Value, RequiredEvidence = Evidence.ObservedOff, Nonce = 1 },
        });
        Lose(driver);
        driver.Run(2 * driver.Timing.LeaseBound);

        FenceOrder order = Assert.Single(driver.Orders);
        Assert.Equal((default(OperationId), 1U, "n2", 1, AttemptAction.SwitchOff), (order.Operation, order.Attempt, order.Target, order.Level, order.Action));
        Assert.Empty(driver.Log.WentAlone);
        Assert.Contains("proof that n2 is off: attempt 1 is under way", driver.Node.WaitsFor(driver.Node.State.FindGroup("g")!, driver.Now));

        driver.Node.AttemptFinished(default, 1, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.5));

        Assert.Equal([new NodeId(2)], driver.Log.WentAlone);
        Assert.True(driver.Node.IsQuorate(driver.Now));
        FenceOperation operation = Assert.Single(driver.Node.State.Operations);
        FenceAttempt attempt = operation.Attempts[0];
        Assert.Equal((life, Evidence.ObservedOff), (operation.Incarnation, operation.Evidence));
        Assert.Equal((new NodeId(1), true, "it is off", "bmc", 1000L), (attempt.Executor, attempt.Succeeded, attempt.Detail, attempt.Device, attempt.TookMs));
        Assert.True(Assert.Single(driver.Proposed, command => command.FenceAttemptStart?.Action == AttemptAction.SwitchOff).FenceAttemptStart.IntentWasLocal);
        Assert.Equal((NodeLifeState.Fenced, GroupPhase.Empty), (driver.StateOf(2), driver.Node.State.FindGroup("g")!.Phase));

        // What was done once is not done again; what remains is to switch it on.
        Assert.Equal([AttemptAction.SwitchOff, AttemptAction.SwitchOn], driver.Orders.Select(each => each.Action));
        Assert.Equal("", driver.Node.StandoffState(driver.Now));
    }

    [Fact]
    public void The_agent_is_not_called_before_the_intent_is_on_disk()
    {
        NodeDriver driver = Pair(s_two);
        driver.Log.IsSyncing = false;
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(new Standoff(new NodeId(2), 1), Assert.Single(driver.Log.Noted));
        Assert.Empty(driver.Orders);

        driver.Log.Sync();
        driver.Run(TimeSpan.FromSeconds(0.1));

        Assert.Single(driver.Orders);
    }

    [Fact]
    public void While_a_lease_of_the_peer_may_last_nothing_is_begun()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(driver.Timing.LeaseBound - TimeSpan.FromMilliseconds(20));

        Assert.Empty(driver.Log.Noted);
    }

    [Fact]
    public void The_side_that_is_not_favoured_waits_for_its_turn()
    {
        NodeDriver driver = Pair(s_two with { TwoNodeFavoured = new NodeId(2) });
        Lose(driver);
        driver.Run(driver.Timing.LeaseBound + TimeSpan.FromSeconds(4.8));
        Assert.Empty(driver.Log.Noted);
        Assert.Contains("the other side is favoured and has the first turn", driver.Node.StandoffState(driver.Now), StringComparison.Ordinal);

        driver.Run(TimeSpan.FromSeconds(0.4));

        Assert.Single(driver.Orders);
    }

    [Fact]
    public void A_node_that_has_just_booted_waits_for_its_peer()
    {
        NodeDriver driver = Pair(s_two);
        driver.Log.IsInStep = false;
        Lose(driver);
        driver.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(driver.Log.Noted);
        Assert.Contains("has not met it since it started", driver.Node.StandoffState(driver.Now), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_of_a_cluster_that_is_not_assembled_waits_too()
    {
        NodeDriver driver = Pair(s_two);
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(2);
        elsewhere.Apply(new Command { ClusterAssemble = new ClusterAssemble { Who = "ann", Incarnations = { elsewhere.Life(2) } } });
        elsewhere.Down(1);
        elsewhere.Join(1);
        driver.Restore(elsewhere);
        Assert.False(driver.Node.State.IsAssembled(driver.Node.Incarnation));
        Lose(driver);
        driver.Run(TimeSpan.FromMinutes(1));

        Assert.Empty(driver.Log.Noted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_is_heard_before_the_agent_was_called_is_spared(bool byEngine)
    {
        NodeDriver driver = Pair(s_two);
        driver.Log.IsSyncing = false;
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        Assert.Single(driver.Log.Noted);

        if (byEngine)
        {
            driver.Node.Receive(RaftMessage.PreVoteResponse(new NodeId(2), new NodeId(1), new Term(1), false), driver.Now);
        }
        else
        {
            driver.Receive(new Ping(new NodeId(2), new NodeId(1), new NodeId(2), 1));
        }

        driver.Log.Sync();
        driver.Run(TimeSpan.FromSeconds(0.2));

        Assert.True(driver.Log.Noted[^1].IsNone);
        Assert.Empty(driver.Orders);
    }

    [Fact]
    public void A_node_that_was_stalled_itself_begins_to_count_anew()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Stall(TimeSpan.FromSeconds(30));
        driver.Run(driver.Timing.LeaseBound - TimeSpan.FromMilliseconds(20));

        Assert.Empty(driver.Log.Noted);
    }

    [Fact]
    public void After_a_failure_it_is_tried_again_under_a_new_number()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        driver.Node.AttemptFinished(default, 1, new AttemptOutcome(false, Evidence.None, "unreachable", "no answer", "bmc", default), driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.5));
        Assert.Single(driver.Orders);
        Assert.Contains("attempt 1 failed: no answer", driver.Node.StandoffState(driver.Now), StringComparison.Ordinal);

        driver.Run(TimeSpan.FromSeconds(1));

        Assert.Equal([1U, 2U], driver.Orders.Select(order => order.Attempt));
        driver.Node.AttemptFinished(default, 1, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.1));
        Assert.Empty(driver.Log.WentAlone);
    }

    [Fact]
    public void An_attempt_that_is_never_reported_counts_as_failed()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(30));

        Assert.Equal([1U, 2U], driver.Orders.Select(order => order.Attempt));
    }

    [Theory]
    [InlineData(Evidence.FabricCut)]
    [InlineData(Evidence.LeaseExpired)]
    [InlineData(Evidence.None)]
    public void What_does_not_prove_it_stopped_is_not_enough(Evidence evidence)
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));

        driver.Node.AttemptFinished(default, 1, s_off with { Evidence = evidence }, driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Empty(driver.Log.WentAlone);
    }

    [Fact]
    public void A_peer_that_spoke_between_the_intent_and_its_end_is_proven_off_once_more()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        driver.Receive(new Ping(new NodeId(2), new NodeId(1), new NodeId(2), 1));
        driver.Log.RefusesAlone = "it was heard";

        driver.Node.AttemptFinished(default, 1, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(2));
        Assert.Equal([1U, 2U], driver.Orders.Select(order => order.Attempt));

        driver.Log.RefusesAlone = "";
        driver.Node.AttemptFinished(default, 2, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Single(driver.Log.WentAlone);
        Assert.Equal(NodeLifeState.Fenced, driver.StateOf(2));
    }

    [Fact]
    public void Patience_that_was_promised_is_kept_and_then_it_goes_on()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        driver.Log.RefusesAlone = "not yet";
        driver.Node.AttemptFinished(default, 1, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(1));
        Assert.Contains("going on without n2, which is proven off (not yet)", driver.Node.StandoffState(driver.Now), StringComparison.Ordinal);

        driver.Log.RefusesAlone = "";
        driver.Run(TimeSpan.FromSeconds(0.1));

        Assert.Single(driver.Log.WentAlone);
    }

    [Fact]
    public void The_peer_that_comes_back_learns_and_then_votes_again()
    {
        NodeDriver driver = Pair(s_two);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        driver.Node.AttemptFinished(default, 1, s_off, driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.Equal("voters 1, learners 2 3", driver.Log.Configuration.ToString());

        driver.Commit(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "n2", Nonce = 999, BootId = "again", FeatureLevel = 3 } });
        driver.Log.Silent.Remove(new NodeId(2));
        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2));

        Assert.Equal("voters 1 2, learners 3", driver.Log.Configuration.ToString());
        Assert.True(driver.Node.State.IsAssembled(driver.Node.State.FindNode("n2")!.Incarnation));
    }

    [Theory]
    [InlineData("off")]
    [InlineData("maintenance")]
    [InlineData("quorum")]
    [InlineData("three")]
    public void Otherwise_nothing_is_done(string why)
    {
        NodeDriver driver = Pair(why == "off" ? s_two with { TwoNode = false, WaitForAll = true } : s_two);
        if (why == "maintenance")
        {
            driver.Commit(new Command { RequiredLevel = 3, NodeConfigure = new NodeConfigure { Node = 2, Maintenance = true, Who = "ann" } });
        }

        if (why == "three")
        {
            driver.Log.Configure(new ClusterConfiguration([new(1), new(2), new(3)]));
        }

        if (why == "quorum")
        {
            driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2));
        }
        else
        {
            Lose(driver);
            driver.Run(TimeSpan.FromSeconds(20));
        }

        Assert.Empty(driver.Log.Noted);
    }

    [Fact]
    public void What_a_former_life_noted_is_withdrawn_when_the_two_have_met()
    {
        NodeDriver driver = Pair(s_two);
        driver.Log.NoteStandoff(new Standoff(new NodeId(2), 7), driver.Now);

        driver.Run(TimeSpan.FromSeconds(0.2), () => driver.Hear(2));
        Assert.True(driver.Log.Noted[^1].IsNone);

        driver.Log.NoteStandoff(new Standoff(new NodeId(2), 7), driver.Now);
        Lose(driver);
        driver.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(8U, Assert.Single(driver.Orders).Attempt);
    }

    private static void Lose(NodeDriver driver)
    {
        driver.Log.Silent.Add(new NodeId(2));
        driver.Log.Follow(NodeId.None, driver.Log.Status.Term.Value);
    }

    private static NodeDriver Pair(QuorumPolicy policy)
    {
        var driver = new NodeDriver(quorum: policy);
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2, 3));
        driver.Log.Silent.Add(new NodeId(3));
        driver.Commit(new Command { NodeLeave = new NodeLeave { Node = 3, Incarnation = driver.Node.State.FindNode("n3")!.Incarnation.Value } });
        if (!policy.TwoNode)
        {
            driver.Log.Configure(new ClusterConfiguration([new(1), new(2)], learners: [new(3)]));
        }

        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2));
        Assert.Equal("voters 1 2, learners 3", driver.Log.Configuration.ToString());
        Assert.True(driver.Node.State.IsAssembled(driver.Node.Incarnation));
        return driver;
    }
}
