using Cluster.Consensus;
using Cluster.Membership.Protocol;

namespace Cluster.Membership.Tests;

/// <summary>Nodes are added, changed and removed while the cluster runs.</summary>
public sealed class NodeListTests
{
    private readonly StateDriver _driver = new StateDriver().AtMembershipLevel();

    public NodeListTests() => _driver.AllJoin();

    [Fact]
    public void An_added_node_is_absent_until_its_daemon_joins()
    {
        CommandOutcome outcome = _driver.Add(4, addresses: ["10.0.0.4:7001", "10.1.0.4:7001"]);

        Assert.Equal((OutcomeCode.Accepted, 4UL), (outcome.Code, outcome.Id));
        Assert.Equal(NodeLifeState.Absent, _driver.Node(4).State);
        Assert.Equal(["10.0.0.4:7001", "10.1.0.4:7001"], _driver.Node(4).Addresses);
        Assert.False(_driver.Node(4).IsFounder);
        Assert.True(_driver.Node(1).IsFounder);
        Assert.True(_driver.Join(4).Accepted);
        Assert.Equal(["added n4 10.0.0.4:7001,10.1.0.4:7001", "up n4 i6"], _driver.TakeEvents());
    }

    [Fact]
    public void A_node_that_was_not_added_may_not_join() => Assert.Equal(OutcomeCode.UnknownNode, _driver.Join(4).Code);

    [Fact]
    public void Adding_a_node_twice_adds_it_once()
    {
        _driver.Add(4);
        _driver.TakeEvents();

        Assert.Equal(4UL, _driver.Add(4).Id);
        Assert.Equal(4UL, _driver.Add(0, "n4", addresses: "10.0.0.4:7001").Id);
        Assert.Empty(_driver.TakeEvents());
    }

    [Fact]
    public void Without_a_number_a_node_gets_the_next_that_was_never_used()
    {
        _driver.Add(7);
        _driver.Remove(7);

        Assert.Equal(8UL, _driver.Add(0, "n8").Id);
    }

    [Theory]
    [InlineData(2, "other", "node #2 is n2, not other")]
    [InlineData(4, "n2", "n2 is node #2")]
    public void A_node_is_not_renamed(uint node, string name, string why)
    {
        CommandOutcome outcome = _driver.Add(node, name);

        Assert.Equal(OutcomeCode.Conflict, outcome.Code);
        Assert.Contains(why, outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_daemon_that_comes_under_another_name_is_refused()
    {
        CommandOutcome outcome = _driver.Apply(new Command { NodeJoin = new NodeJoin { Node = 2, Name = "other", Nonce = 9, FeatureLevel = 3 } });

        Assert.Equal(OutcomeCode.Conflict, outcome.Code);
    }

    [Theory]
    [InlineData("n 4", "10.0.0.4:7001", "name has")]
    [InlineData("", "10.0.0.4:7001", "name has")]
    [InlineData("n4", "10.0.0.4", "no address of its own")]
    [InlineData("n4", "10.0.0.4:0", "no address of its own")]
    [InlineData("n4", ":7001", "no address of its own")]
    public void What_names_no_node_is_refused(string name, string address, string why)
    {
        CommandOutcome outcome = _driver.Add(4, name, addresses: address);

        Assert.Equal(OutcomeCode.Malformed, outcome.Code);
        Assert.Contains(why, outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_is_removed_only_when_its_life_is_over()
    {
        Assert.Equal(OutcomeCode.WrongState, _driver.Remove(3).Code);
        _driver.Down(3);
        Assert.Equal(OutcomeCode.WrongState, _driver.Remove(3).Code);
        _driver.Confirm(3);
        _driver.TakeEvents();

        Assert.True(_driver.Remove(3).Accepted);

        Assert.Equal(["removed n3"], _driver.TakeEvents());
        Assert.Null(_driver.State.FindNode(new NodeId(3)));
        Assert.True(_driver.State.IsRemoved(new NodeId(3)));
        Assert.True(_driver.Remove(3).Accepted);
        Assert.Empty(_driver.TakeEvents());
    }

    [Fact]
    public void A_node_for_which_a_group_waits_is_not_removed()
    {
        _driver.JoinGroup(3, 1, Evidence.ObservedOff);
        _driver.Down(3);
        _driver.Confirm(3);

        CommandOutcome outcome = _driver.Remove(3);

        Assert.Equal(OutcomeCode.WrongState, outcome.Code);
        Assert.Contains("a group waits for proof about it", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_removed_number_is_never_used_again_but_the_name_may_be()
    {
        _driver.Leave(3);
        _driver.Remove(3);

        CommandOutcome again = _driver.Add(3);

        Assert.Equal(OutcomeCode.Conflict, again.Code);
        Assert.Contains("never used again", again.Detail, StringComparison.Ordinal);
        Assert.Equal(OutcomeCode.UnknownNode, _driver.Join(3, nonce: 99).Code);
        Assert.True(_driver.Add(4, "n3").Accepted);
        Assert.Equal(OutcomeCode.Conflict, ReplayedOn(_driver.Copy(), new NodeAdd { Node = 3, Name = "n9", Who = "ann", Addresses = { "h:1" } }).Code);
    }

    [Fact]
    public void What_is_kept_of_a_node_changes_only_where_it_is_named()
    {
        _driver.Configure(new NodeConfigure { Node = 2, Addresses = { "a:1", "b:2" }, SetLabels = true, Labels = { Label("rack", "7"), Label("dc", "x") } });
        _driver.Configure(new NodeConfigure { Node = 2, Votes = 3, Maintenance = true });

        NodeRecord node = _driver.Node(2);
        Assert.Equal(["a:1", "b:2"], node.Addresses);
        Assert.Equal(["dc=x", "rack=7"], node.Labels.Select(label => $"{label.Key}={label.Value}"));
        Assert.Equal((3, true, false), (node.Votes, node.IsMaintained, node.IsDraining));
        Assert.Equal(["changed n2", "changed n2"], _driver.TakeEvents());
        _driver.Configure(new NodeConfigure { Node = 2, Votes = 3, Maintenance = true });
        Assert.Empty(_driver.TakeEvents());
        Assert.Equal(OutcomeCode.Malformed, _driver.Configure(new NodeConfigure { Node = 2, Votes = 0 }).Code);
        Assert.Equal(OutcomeCode.Malformed, _driver.Configure(new NodeConfigure { Node = 2, SetLabels = true, Labels = { Label("a", "1"), Label("a", "2") } }).Code);
    }

    [Fact]
    public void Addresses_that_only_this_node_was_configured_with_are_no_part_of_the_state()
    {
        ClusterState here = _driver.Copy(new(new(1), "n1") { Addresses = ["here:1"] }, new(new(2), "n2"), new(new(3), "n3"));

        Assert.Equal(["here:1"], here.FindNode("n1")!.Addresses);
        Assert.Equal(_driver.State.Save(), here.Save());
        _driver.Configure(new NodeConfigure { Node = 1, Addresses = { "there:1" } });
        here.Restore(_driver.State.Save(), _driver.State.AppliedIndex);
        Assert.Equal(["there:1"], here.FindNode("n1")!.Addresses);
    }

    [Fact]
    public void A_restored_state_has_the_snapshots_list_whatever_is_configured()
    {
        _driver.Add(4);
        _driver.Add(5, isArbiter: true, votes: 2);
        _driver.Leave(3);
        _driver.Remove(3);

        ClusterState joined = _driver.Copy(new ConfiguredNode(new(1), "n1"), new ConfiguredNode(new(9), "n9"));

        Assert.Equal(["n1", "n2", "n4", "n5"], joined.Nodes.Select(node => node.Name));
        Assert.Equal((2, true), (joined.FindNode("n5")!.Votes, joined.FindNode("n5")!.IsArbiter));
        Assert.True(joined.IsRemoved(new NodeId(3)));
        Assert.Equal(_driver.State.Save(), joined.Save());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_lock_manager_joins_on_a_node_that_is_drained_or_an_arbiter(bool arbiter)
    {
        _driver.Add(4, isArbiter: arbiter);
        _driver.Join(4);
        _driver.Configure(new NodeConfigure { Node = 4, Draining = !arbiter });

        Assert.Equal(OutcomeCode.WrongState, _driver.JoinGroup(4, 1).Code);
    }

    [Fact]
    public void Draining_ends_when_the_node_has_left_and_comes_back_but_not_when_it_was_only_switched_off()
    {
        _driver.Configure(new NodeConfigure { Node = 2, Draining = true });
        _driver.Configure(new NodeConfigure { Node = 3, Draining = true });
        _driver.Leave(2);
        _driver.Down(3);
        _driver.Confirm(3);
        _driver.TakeEvents();

        _driver.Join(2, nonce: 12);
        _driver.Join(3, nonce: 13);

        Assert.Equal((false, true), (_driver.Node(2).IsDraining, _driver.Node(3).IsDraining));
        Assert.Contains("changed n2", _driver.TakeEvents());
    }

    [Fact]
    public void A_token_lets_nodes_in_until_it_is_used_up()
    {
        _driver.Issue("t", uses: 2);

        Assert.True(_driver.Add(4, token: "t").Accepted);
        Assert.True(_driver.Add(4, token: "t").Accepted);
        Assert.Equal(OutcomeCode.Conflict, _driver.Add(2, "x", token: "t").Code);
        Assert.Equal(1U, _driver.State.FindToken("t")!.Used);
        Assert.True(_driver.Add(5, token: "t").Accepted);
        CommandOutcome third = _driver.Add(6, token: "t");

        Assert.Equal(OutcomeCode.WrongState, third.Code);
        Assert.Contains("has been used 2 times", third.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_that_has_expired_or_was_revoked_or_never_was_lets_nobody_in()
    {
        _driver.Issue("old", expires: 1000);
        _driver.Issue("gone");
        _driver.Apply(new Command { TokenRevoke = new TokenRevoke { Id = "gone", Who = "ann" } });
        _driver.AtUnixMs = 1001;

        Assert.Contains("has expired", _driver.Add(4, token: "old").Detail, StringComparison.Ordinal);
        Assert.Contains("was revoked", _driver.Add(4, token: "gone").Detail, StringComparison.Ordinal);
        Assert.Equal(OutcomeCode.NotFound, _driver.Add(4, token: "never").Code);
    }

    [Fact]
    public void A_token_is_issued_once()
    {
        Assert.True(_driver.Issue("t").Accepted);
        Assert.True(_driver.Issue("t").Accepted);
        Assert.Equal(OutcomeCode.Conflict, _driver.Issue("t", secret: 2).Code);
        Assert.Single(_driver.State.Tokens);
    }

    [Fact]
    public void Of_too_many_tokens_the_useless_ones_go()
    {
        for (int i = 0; i < 100; i++)
        {
            _driver.Issue($"t{i}", expires: i == 50 ? 10 : long.MaxValue);
        }

        Assert.Equal(OutcomeCode.Conflict, _driver.Issue("more").Code);
        _driver.AtUnixMs = 11;
        Assert.True(_driver.Issue("more").Accepted);
        Assert.Null(_driver.State.FindToken("t50"));
    }

    private static Label Label(string key, string value) => new() { Key = key, Value = value };

    private static CommandOutcome ReplayedOn(ClusterState state, NodeAdd add) => state.Apply(
        new LogEntry(state.AppliedIndex.Next, new Term(1), EntryKind.Command, Google.Protobuf.MessageExtensions.ToByteArray(new Command { NodeAdd = add })), [])!.Value.Outcome;
}
