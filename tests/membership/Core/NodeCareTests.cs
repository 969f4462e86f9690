using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Maintenance, arbiters, and a farewell for good.</summary>
public sealed class NodeCareTests
{
    private readonly StateDriver _driver = new StateDriver().AtMembershipLevel();

    public NodeCareTests() => _driver.AllJoin();

    [Fact]
    public void A_node_in_maintenance_that_goes_down_stops_its_groups_but_is_not_switched_off()
    {
        _driver.JoinGroup(1, 1);
        _driver.JoinGroup(2, 2);
        Maintain(2, true);
        _driver.TakeEvents();

        _driver.Down(2);

        Assert.Equal(["down n2 i3", "stop g2 [6]"], _driver.TakeEvents());
        Assert.Empty(_driver.State.OpenOperations);
        Assert.Contains(
            "n2 is in maintenance, so the cluster does not switch it off by itself: fence it, confirm that it is stopped, or end its maintenance",
            Assert.Single(GroupWaits.Of(_driver.State.FindGroup("locks")!, _driver.State)),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("confirm")]
    [InlineData("fence")]
    [InlineData("end")]
    public void An_operator_has_three_ways_out(string way)
    {
        Maintain(2, true);
        _driver.Down(2);
        _driver.TakeEvents();

        CommandOutcome outcome = way switch
        {
            "confirm" => _driver.Confirm(2),
            "fence" => _driver.Fence(2),
            _ => Maintain(2, false),
        };

        Assert.True(outcome.Accepted);
        Assert.Equal(way == "confirm" ? "fenced n2 confirmed-by-human" : way == "fence" ? "opened f7 n2 off" : "opened f7 n2 reboot", _driver.TakeEvents()[^1]);
    }

    [Fact]
    public void Maintenance_that_begins_when_the_node_is_down_changes_nothing_of_what_is_under_way()
    {
        _driver.Down(2);
        Maintain(2, true);
        Maintain(2, false);

        Assert.Single(_driver.State.Operations);
    }

    [Fact]
    public void A_node_in_maintenance_may_come_back_by_itself()
    {
        Maintain(2, true);
        _driver.Down(2);

        Assert.True(_driver.Join(2, nonce: 9, boot: "b2").Accepted);
        Assert.True(_driver.Node(2).IsMaintained);
    }

    [Fact]
    public void An_arbiter_that_is_down_needs_no_fence()
    {
        _driver.Add(4, isArbiter: true);
        _driver.Join(4);
        _driver.TakeEvents();

        _driver.Down(4);

        Assert.Equal(["down n4 i6", "fenced n4 lease-expired"], _driver.TakeEvents());
        Assert.Empty(_driver.State.Operations);
        Assert.True(_driver.Remove(4).Accepted);
    }

    [Fact]
    public void An_arbiter_that_an_operator_wants_fenced_is_fenced()
    {
        _driver.Add(4, isArbiter: true);
        _driver.Join(4);
        _driver.Fence(4);

        _driver.Down(4);

        Assert.Equal(NodeLifeState.Down, _driver.Node(4).State);
        Assert.Single(_driver.State.OpenOperations);
    }

    [Fact]
    public void Who_said_farewell_for_good_runs_on_until_its_vote_is_taken_from_it()
    {
        var driver = new NodeDriver();
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        Assert.True(driver.Node.MayEnd);
        driver.Commit(new Command { RequiredLevel = 3, NodeConfigure = new NodeConfigure { Node = 1, Draining = true, Who = "ann" } });
        driver.Log.RefusesChanges = "not now";
        driver.Commit(new Command { NodeLeave = new NodeLeave { Node = 1, Incarnation = driver.Node.Incarnation.Value } });
        driver.Run(TimeSpan.FromSeconds(0.3), () => driver.Hear(2, 3));
        Assert.False(driver.Node.MayEnd);

        driver.Log.RefusesChanges = "";
        driver.Run(TimeSpan.FromSeconds(1.2), () => driver.Hear(2, 3));

        Assert.Equal("voters 2 3, learners 1", driver.Log.Configuration.ToString());
        Assert.True(driver.Node.MayEnd);
    }

    [Fact]
    public void A_daemon_that_only_stops_need_not_wait()
    {
        var driver = new NodeDriver();
        driver.Join(2);
        driver.Join(3);
        driver.Run(TimeSpan.FromSeconds(0.3));
        driver.Commit(new Command { NodeLeave = new NodeLeave { Node = 1, Incarnation = driver.Node.Incarnation.Value } });

        Assert.True(driver.Node.MayEnd);
    }

    private CommandOutcome Maintain(uint node, bool maintenance) => _driver.Configure(new NodeConfigure { Node = node, Maintenance = maintenance });
}
