using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Wait-for-all: a cluster that was wholly down begins anew only when all were seen, or an operator says so.</summary>
public sealed class AssemblyTests
{
    private static readonly QuorumPolicy s_waits = new() { WaitForAll = true };

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_new_cluster_grants_nothing_before_all_were_seen(bool waitForAll, bool twoNode)
    {
        var driver = new NodeDriver(quorum: new QuorumPolicy { WaitForAll = waitForAll, TwoNode = twoNode });
        driver.Join(2);
        driver.Run(TimeSpan.FromSeconds(5), () => driver.Hear(2));

        Assert.Equal(["n3"], driver.Node.MissingNodes);
        Assert.Equal(MonotonicTime.DistantPast, driver.Node.LeaseDeadline);
        Assert.DoesNotContain(driver.Sent, message => message is LeaseGrant);
        Assert.False(driver.Node.IsQuorate(driver.Now));

        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2, 3));

        Assert.Empty(driver.Node.MissingNodes);
        Assert.True(driver.Node.IsQuorate(driver.Now));
        Assert.True(driver.Now < driver.Node.LeaseDeadline);
        Assert.Contains(driver.Sent, message => message is LeaseGrant { To.Value: 2 });
        Assert.Equal("", Assert.Single(driver.Events, IsAssembled).ClusterAssembled.Who);
    }

    [Fact]
    public void Where_nobody_asks_for_it_nobody_waits()
    {
        var driver = new NodeDriver();
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Empty(driver.Node.MissingNodes);
        Assert.True(driver.Node.IsQuorate(driver.Now));
    }

    [Fact]
    public void Nobody_is_declared_down_or_switched_off_before()
    {
        NodeDriver driver = AfterPowerCut(s_waits, elsewhere => elsewhere.Down(3));
        driver.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(["n2", "n3"], driver.Node.MissingNodes);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(2));
        Assert.DoesNotContain(driver.Proposed, command => command.NodeDown is not null || command.FenceAttemptStart is not null);
    }

    [Fact]
    public void What_a_group_waits_for_is_said()
    {
        NodeDriver driver = AfterPowerCut(s_waits, elsewhere => elsewhere.Apply(new Command
        {
            GroupJoin = new GroupJoin { Group = "g", Node = 2, Incarnation = elsewhere.Life(2), RequiredEvidence = Evidence.ObservedOff, Nonce = 1 },
        }));
        driver.Run(TimeSpan.FromSeconds(1));

        IReadOnlyList<string> reasons = driver.Node.WaitsFor(driver.Node.State.FindGroup("g")!, driver.Now);

        Assert.Contains("all nodes: n2, n3 not seen since the cluster started; start what is missing, or assemble the cluster without it", reasons);
    }

    [Fact]
    public void An_operator_may_go_on_without_the_others()
    {
        NodeDriver driver = AfterPowerCut(s_waits);
        driver.Run(TimeSpan.FromSeconds(1));

        driver.Commit(driver.Node.AssembleByOperator("ann"));
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Empty(driver.Node.MissingNodes);
        Assert.True(driver.Node.IsQuorate(driver.Now));
        Assert.Equal("ann", Assert.Single(driver.Events, IsAssembled).ClusterAssembled.Who);
        driver.Run(TimeSpan.FromSeconds(3));
        Assert.Equal((NodeLifeState.Down, NodeLifeState.Down), (driver.StateOf(2), driver.StateOf(3)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Where_the_settings_say_so_those_who_were_not_seen_are_left_to_an_operator(bool waitForAll)
    {
        NodeDriver driver = AfterPowerCut(new QuorumPolicy { WaitForAll = waitForAll, StartupFencing = StartupFencing.AskOperator });
        driver.Run(TimeSpan.FromSeconds(1));
        if (waitForAll)
        {
            driver.Commit(driver.Node.AssembleByOperator("ann"));
        }

        driver.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(["n2", "n3"], driver.Node.NodesLeftToAnOperator);
        Assert.Equal((NodeLifeState.Up, NodeLifeState.Up), (driver.StateOf(2), driver.StateOf(3)));

        // The operator's word: have it fenced. One that is heard again is none of the operator's business any more.
        driver.Log.Configuration = new ClusterConfiguration([new(1), new(3)]);
        driver.Commit(new Command { FenceOpen = new FenceOpen { Node = 2, Kind = FenceKind.Off, Reason = "dead", Requester = "ann" } });
        driver.Run(TimeSpan.FromSeconds(2), () => driver.Hear(3));

        Assert.Empty(driver.Node.NodesLeftToAnOperator);
        Assert.Equal(NodeLifeState.Up, driver.StateOf(3));
    }

    [Fact]
    public void A_cluster_that_was_never_wholly_down_stays_assembled()
    {
        // This daemon is new, but it hears one that was there.
        NodeDriver driver = AfterPowerCut(s_waits);
        driver.Run(TimeSpan.FromSeconds(1));
        Assert.NotEmpty(driver.Node.MissingNodes);

        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2));

        Assert.Empty(driver.Node.MissingNodes);
        Assert.True(driver.Node.State.IsAssembled(driver.Node.Incarnation));
        Assert.DoesNotContain(driver.Events, IsAssembled);
    }

    [Fact]
    public void What_was_heard_before_this_tenure_does_not_count()
    {
        NodeDriver driver = AfterPowerCut(s_waits, follows: true);
        driver.Receive(new LeaseGrant(
            new NodeId(2), new NodeId(1), driver.Node.Incarnation, driver.Now, driver.Node.State.FindNode("n2")!.Incarnation, driver.Timing.Lease));
        driver.Log.Lead(driver.Now + TimeSpan.FromMilliseconds(10), 3);
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Equal(["n2", "n3"], driver.Node.MissingNodes);
    }

    [Fact]
    public void A_node_that_was_fenced_or_left_or_never_came_is_not_waited_for()
    {
        NodeDriver driver = AfterPowerCut(s_waits, elsewhere =>
        {
            elsewhere.Down(2);
            elsewhere.Apply(new Command { FenceConfirm = new FenceConfirm { Node = 2, Who = "ann" } });
            elsewhere.Apply(new Command { NodeLeave = new NodeLeave { Node = 3, Incarnation = elsewhere.Life(3) } });
            elsewhere.Apply(new Command { NodeAdd = new NodeAdd { Node = 4, Name = "n4", Who = "ann", Addresses = { "h:1" } } });
        });
        driver.Run(TimeSpan.FromSeconds(0.3));

        Assert.Empty(driver.Node.MissingNodes);
        Assert.True(driver.Node.IsQuorate(driver.Now));
    }

    [Fact]
    public void A_life_that_joins_an_assembled_cluster_belongs_to_it()
    {
        StateDriver driver = Assembled();
        driver.Join(2, nonce: 9, boot: "b2");
        driver.TakeEvents();
        Assert.False(driver.State.IsAssembled(driver.Node(2).Incarnation));

        Assert.True(Assemble(driver, "", driver.Life(1), driver.Life(2)).Accepted);

        Assert.True(driver.State.IsAssembled(driver.Node(2).Incarnation));
        Assert.True(driver.State.IsAssembled(driver.Node(3).Incarnation));
        Assert.Empty(driver.TakeEvents());
    }

    [Fact]
    public void When_none_of_those_who_were_there_is_named_it_is_a_new_beginning()
    {
        StateDriver driver = Assembled();
        driver.Join(1, nonce: 9, boot: "b2");
        driver.TakeEvents();

        Assert.True(Assemble(driver, "ann", driver.Life(1)).Accepted);

        Assert.False(driver.State.IsAssembled(driver.Node(3).Incarnation));
        Assert.Equal(["assembled ann"], driver.TakeEvents());
        Assert.Equal(driver.State.Save(), driver.Copy().Save());
    }

    [Fact]
    public void Lives_that_are_over_assemble_nothing()
    {
        StateDriver driver = Assembled();
        ulong former = driver.Life(1);
        driver.Join(1, nonce: 9, boot: "b2");

        Assert.Equal(OutcomeCode.Stale, Assemble(driver, "ann", former).Code);
        Assert.Equal(OutcomeCode.Stale, Assemble(driver, "ann").Code);
    }

    private static StateDriver Assembled()
    {
        StateDriver driver = new StateDriver().AtMembershipLevel();
        driver.AllJoin();
        Assemble(driver, "", driver.Life(1), driver.Life(2), driver.Life(3));
        driver.TakeEvents();
        return driver;
    }

    private static CommandOutcome Assemble(StateDriver driver, string who, params ulong[] lives) => driver.Apply(new Command
    {
        RequiredLevel = FeatureLevels.Membership,
        ClusterAssemble = new ClusterAssemble { Who = who, Incarnations = { lives } },
    });

    private static bool IsAssembled(ClusterEvent clusterEvent) => clusterEvent.ClusterAssembled is not null;

    /// <summary>All three were up and assembled; now node 1 starts anew and leads, and has heard nobody yet.</summary>
    private static NodeDriver AfterPowerCut(QuorumPolicy quorum, Action<Elsewhere>? before = null, bool follows = false)
    {
        var driver = new NodeDriver(quorum: quorum, leads: false);
        Elsewhere elsewhere = driver.Elsewhere();
        elsewhere.Join(1);
        elsewhere.Join(2);
        elsewhere.Join(3);
        elsewhere.Apply(new Command { FeatureRaise = new FeatureRaise { Level = FeatureLevels.Membership } });
        elsewhere.Apply(new Command { ClusterAssemble = new ClusterAssemble { Incarnations = { elsewhere.Life(1), elsewhere.Life(2), elsewhere.Life(3) } } });
        elsewhere.Apply(new Command
        {
            SettingsChange = new SettingsChange { Who = "ann", Settings = new ClusterSettings { Quorum = quorum, Timing = driver.Timing }.ToSettings() },
        });
        before?.Invoke(elsewhere);
        driver.Restore(elsewhere);
        driver.Events.Clear();
        driver.Log.Lead(driver.Now);
        driver.Run(TimeSpan.FromSeconds(0.1));
        if (follows)
        {
            driver.Log.Follow(new NodeId(2), 2);
        }

        Assert.NotEqual(Incarnation.None, driver.Node.Incarnation);
        return driver;
    }
}
